import { describe, test } from "bun:test";
import fc from "fast-check";
import { inboxStep, type StoreStep } from "./inbox-steps.ts";
import type { MessagingStores } from "./messaging-stores.ts";
import { outboxStep } from "./outbox-steps.ts";
import { type Driven, sameAnswers, sameAnswersLimitMs } from "./same-answers.ts";
import { hourMs } from "./store-arbitraries.ts";

/** A step, or that so many hours pass before the next. */
type TimedStep = StoreStep | { readonly name: "pass"; readonly hours: number };

const passing: fc.Arbitrary<TimedStep> = fc
  .integer({ min: 1, max: 2 })
  .map((hours) => ({ name: "pass" as const, hours }));

const startMs = Date.parse("2026-06-01T12:00:00.000Z");

/**
 * What the core's stores must answer on whatever they run on: random sequences of operations are
 * driven on two of them, and every answer and all rows are compared.
 */
export function storeContract(
  names: string,
  make: readonly [() => Promise<MessagingStores>, () => Promise<MessagingStores>],
): void {
  describe(`stores: ${names}`, () => {
    test(
      "answer alike as inboxes, whatever is asked of them",
      async () => {
        await compare(make, inboxStep, { runs: 20, stepsMax: 60 });
      },
      sameAnswersLimitMs,
    );

    test(
      "answer alike as outboxes, whatever is asked of them",
      async () => {
        await compare(make, outboxStep, { runs: 20, stepsMax: 60 });
      },
      sameAnswersLimitMs,
    );

    test(
      "answer alike as both at once",
      async () => {
        await compare(make, fc.oneof(inboxStep, outboxStep), { runs: 8, stepsMax: 60 });
      },
      sameAnswersLimitMs,
    );
  });
}

async function compare(
  [makeOne, makeOther]: Parameters<typeof storeContract>[1],
  step: fc.Arbitrary<StoreStep>,
  size: { readonly runs: number; readonly stepsMax: number },
): Promise<void> {
  await using one = await makeOne();
  await using other = await makeOther();
  const timed = fc.oneof({ weight: 9, arbitrary: step }, { weight: 1, arbitrary: passing });
  await sameAnswers<TimedStep>([driven(one), driven(other)], timed, size);
}

function driven(stores: MessagingStores): Driven<TimedStep> {
  let nowMs = startMs;
  return {
    async begin() {
      nowMs = startMs;
      await stores.empty();
      await stores.setNow(new Date(nowMs));
    },
    async take(step) {
      if ("take" in step) return step.take(stores);
      nowMs += step.hours * hourMs;
      return stores.setNow(new Date(nowMs));
    },
    state: stores.state,
  };
}
