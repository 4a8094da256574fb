import type { RedriveRunsView } from "@app/platform/messaging/ops-repair-views.ts";
import { Notice } from "../../kit/notice.tsx";
import { count } from "../../lib/format.ts";
import { useEveryService } from "../ask.ts";
import { GoTo } from "../go-to.tsx";
import { type RowName, rowText } from "./letter-name.ts";
import { isOver } from "./redrive-steps.ts";

const askEveryMs = 5_000;

/** Runs that somebody began, here or elsewhere, and that are not shown below. */
export function RunsUnderWay({ shown }: { readonly shown: RowName | undefined }) {
  const answers = useEveryService<RedriveRunsView>("redrive-runs?limit=5", { everyMs: askEveryMs });
  const open = answers.flatMap(({ service, value }) =>
    (value?.runs ?? [])
      .filter((run) => !isOver(run) && !(shown?.service === service && shown.id === run.id))
      .map((run) => ({ ...run, name: rowText({ service, id: run.id }) })),
  );
  if (open.length === 0) return null;
  return (
    <>
      {open.map(({ name, state, consumer, done, total }) => (
        <Notice
          key={name}
          tone={state === "paused" ? "warn" : "info"}
          icon={state === "paused" ? "pause" : "refresh"}
          title={`Run ${name} is ${state === "paused" ? "paused" : "under way"}`}
        >
          <p>
            {consumer}, {count(done)} of {count(total)} passed.{" "}
            <GoTo to="/console/dead-letters" search={{ run: name }}>
              Watch it
            </GoTo>
          </p>
        </Notice>
      ))}
    </>
  );
}
