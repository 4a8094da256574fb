import type { OrderState } from "./orders.ts";

interface Answers {
  readonly now: string;
  readonly when: string;
  readonly whatIf: readonly [string, string];
}

const answers: Readonly<Record<OrderState, Answers>> = {
  pending: {
    now: "The kitchen checks that every dish is really there, and sets them aside.",
    when: "In a second or two. If the kitchen has it and does not answer within 15 minutes, we cancel it for you.",
    whatIf: [
      "What if it’s gone",
      "You see which dish and why, and can order again without it. You pay only for what is confirmed.",
    ],
  },
  confirmed: {
    now: "Every dish is set aside for you, and nobody else can take it.",
    when: "The kitchen begins now. This page stays as it is; you can close it.",
    whatIf: [
      "What if you change your mind",
      "Cancel above. All dishes of the order go back on the menu together.",
    ],
  },
  "sold-out": {
    now: "Nothing was taken: an order is for all its dishes or none.",
    when: "Dishes come back to the menu as soon as the kitchen restocks.",
    whatIf: ["What if you want the rest", "Order what is left above. It is a new order."],
  },
  "timed-out": {
    now: "Nothing is set aside for you. An answer that comes late is put back by itself.",
    when: "You can order again at once.",
    whatIf: ["What if it happens again", "Then the kitchen has trouble; somebody is told already."],
  },
  cancelled: {
    now: "Whatever was set aside is back on the menu.",
    when: "At once; there is nothing to wait for.",
    whatIf: ["What if it was a mistake", "Order the same again above, while there is some left."],
  },
};

/** The three questions that everybody has while waiting, answered. */
export function WhatNext({ state }: { readonly state: OrderState }) {
  const { now, when, whatIf } = answers[state];
  return (
    <section className="whatif" aria-labelledby="what-next">
      <h2 className="display h3" id="what-next">
        What happens next
      </h2>
      <dl>
        <div>
          <dt>What now</dt>
          <dd>{now}</dd>
        </div>
        <div>
          <dt>When</dt>
          <dd>{when}</dd>
        </div>
        <div>
          <dt>{whatIf[0]}</dt>
          <dd>{whatIf[1]}</dd>
        </div>
      </dl>
    </section>
  );
}
