import type { RedriveRunDetailView } from "@app/platform/messaging/ops-repair-views.ts";
import { Icon } from "../../kit/icon.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { count } from "../../lib/format.ts";
import { ActButton } from "../acting.tsx";
import { GoTo } from "../go-to.tsx";
import { plainError } from "../message-type.ts";
import { QbCommand } from "../qb-command.tsx";
import { type RowName, rowText } from "./letter-name.ts";
import { isOver, timeLeftText } from "./redrive-steps.ts";
import { useAct } from "./use-act.ts";

/** How far a run is, and the ways to hold it. It goes on by itself when the page is closed. */
export function RunProgress({
  name,
  run,
}: {
  readonly name: RowName;
  readonly run: RedriveRunDetailView;
}) {
  const act = useAct();
  const change = (to: "pause" | "resume" | "cancel") =>
    act.run(name.service, `redrive-runs/${name.id}/${to}`);
  const tried = run.done + run.failed + run.skipped;
  const left = timeLeftText(run);
  return (
    <div className="prog">
      <div
        className="prog__bar"
        role="progressbar"
        aria-label="Redriving"
        aria-valuemin={0}
        aria-valuemax={run.total}
        aria-valuenow={tried}
      >
        <i style={{ width: `${run.total === 0 ? 100 : (tried / run.total) * 100}%` }} />
      </div>
      <div className="row">
        <span className="num" role="status">
          <b>{count(run.done)}</b> passed, <b>{count(run.failed)}</b> failed
          {run.skipped > 0 && (
            <>
              , <b>{count(run.skipped)}</b> skipped
            </>
          )}
        </span>
        <span className="muted num">{left ?? endText(run)}</span>
        {!isOver(run) && (
          <div className="row push prog__acts">
            {run.state === "paused" ? (
              <ActButton onClick={() => change("resume")} busy={act.busy}>
                <Icon name="right" />
                Go on
              </ActButton>
            ) : (
              <ActButton onClick={() => change("pause")} busy={act.busy}>
                <Icon name="pause" />
                Pause
              </ActButton>
            )}
            <ActButton onClick={() => change("cancel")} busy={act.busy}>
              <Icon name="x" />
              Stop here
            </ActButton>
          </div>
        )}
      </div>
      {run.problem !== null && <p className="warnt">{run.problem}</p>}
      {act.problem && <ProblemNotice problem={act.problem} />}
      <p className="xs muted">
        Run by {run.consumer} alone, in order within each key. Stopping keeps what has passed; the
        rest stay dead letters. <QbCommand command={`qb dlq run show ${rowText(name)} --wait`} />
      </p>
      {run.troubled.length > 0 && <Troubled name={name} run={run} />}
    </div>
  );
}

function Troubled({ name, run }: { readonly name: RowName; readonly run: RedriveRunDetailView }) {
  return (
    <ul className="rows troubled">
      {run.troubled.map(({ letterId, key, version, state, error }) => (
        <li key={letterId} data-row>
          <GoTo
            className="mono"
            to="/console/dead-letters"
            search={{ letter: rowText({ service: name.service, id: letterId }) }}
          >
            {key === null ? rowText({ service: name.service, id: letterId }) : `${key} v${version}`}
          </GoTo>{" "}
          <span className={`badge badge--${state === "failed" ? "bad" : "warn"}`}>
            {state === "failed" ? "Failed" : "Skipped"}
          </span>{" "}
          <span className="muted">{plainError(error)}</span>
        </li>
      ))}
    </ul>
  );
}

function endText({ state, pending }: RedriveRunDetailView): string {
  const how = { failed: "stopped by itself", cancelled: "stopped" }[state as string] ?? "ended";
  return pending === 0 ? how : `${how}, ${count(pending)} not tried`;
}
