import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { dateTime } from "../../lib/format.ts";
import { GoTo } from "../go-to.tsx";
import { type RowName, rowText } from "./letter-name.ts";
import { isOver } from "./redrive-steps.ts";
import { RunProgress } from "./run-progress.tsx";
import { useRun } from "./use-run.ts";

/** A redrive run by itself: from an address that was kept, or when nothing is left of its cause. */
export function RunPanel({ run: name }: { readonly run: RowName }) {
  const { value: run, problem } = useRun(name);
  return (
    <section className="card" aria-labelledby="run-h">
      <div className="sheet-h">
        <h2 id="run-h">Redrive run {rowText(name)}</h2>
        {run && (
          <span className="faint xs">
            of {run.consumer}, begun {dateTime(run.createdAt)}
          </span>
        )}
        {run && isOver(run) && (
          <GoTo className="push xs hit" to="/console/dead-letters">
            Close
          </GoTo>
        )}
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {run && (
        <>
          {run.state === "done" && run.failed === 0 && (
            <p className="runover">
              <b>Done.</b> {run.done === 1 ? "The letter was" : `${run.done} letters were`} handled,
              and what waited behind runs now.
            </p>
          )}
          <RunProgress name={name} run={run} />
        </>
      )}
    </section>
  );
}
