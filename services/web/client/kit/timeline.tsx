import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

export interface TimelineStep {
  readonly key: string;
  readonly state: "done" | "now" | "failed" | "todo";
  readonly title: ReactNode;
  /** At the right. */
  readonly time?: ReactNode;
  /** One line of consequence. */
  readonly detail?: ReactNode;
}

const said = { done: "Done: ", now: "Now: ", failed: "Failed: ", todo: "To come: " } as const;

/** What happened, what is happening, and what is still to come. */
export function Timeline({ steps }: { readonly steps: readonly TimelineStep[] }) {
  return (
    <ol className="timeline">
      {steps.map(({ key, state, title, time, detail }) => (
        <li key={key} className={state} aria-current={state === "now" ? "step" : undefined}>
          <span className="timeline__m" aria-hidden="true">
            {state === "done" && <Icon name="check" />}
            {state === "now" && <span className="spin" />}
            {state === "failed" && <Icon name="x" />}
          </span>
          <span className="timeline__t">
            <span className="vh">{said[state]}</span>
            {title}
          </span>
          <span className="num">{time}</span>
          {detail !== undefined && <p className="timeline__d">{detail}</p>}
        </li>
      ))}
    </ol>
  );
}
