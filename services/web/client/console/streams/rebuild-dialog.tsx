import type { StreamsView } from "@app/platform/messaging/ops-stream-views.ts";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { count } from "../../lib/format.ts";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useService } from "../ask.ts";
import { actOps } from "../ops.ts";
import { QbCommand } from "../qb-command.tsx";

/** As much of a rebuild as people are shown. */
interface Rebuild {
  readonly id: number;
  readonly state: "running" | "done" | "cancelled";
  readonly upTo: number;
  readonly target: number | null;
  readonly messages: number;
  readonly unreadable: number;
  readonly changed: number | null;
}

const lookEveryMs = 500;

/** Says what a rebuild would read, begins it, and shows how far it is. */
export function RebuildDialog({ onClose }: { readonly onClose: () => void }) {
  const [asked, setAsked] = useState<Rebuild | undefined>();
  const [problem, setProblem] = useState<Problem | undefined>();
  const streams = useService<StreamsView>("bookings", "streams", { enabled: asked === undefined });
  const source = streams.value?.streams.find(({ name }) => name === "EVENTS");
  const looked = useService<Rebuild>("bookings", `rebuilds/${asked?.id}`, {
    everyMs: lookEveryMs,
    enabled: asked !== undefined,
  });
  const rebuild = looked.value ?? asked;
  const begin = async () => {
    setProblem(undefined);
    try {
      setAsked(await actOps<Rebuild>("bookings", "rebuilds"));
    } catch (error) {
      setProblem(problemOf(error));
    }
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={rebuild ? "Rebuild of the projection" : "Rebuild the projection of events?"}
      foot={
        <>
          <Button onClick={onClose}>{rebuild ? "Close" : "Leave it as it is"}</Button>
          {!rebuild && (
            <Button kind="primary" onClick={() => void begin()}>
              Rebuild the projection
            </Button>
          )}
        </>
      }
    >
      {rebuild ? (
        <Progress rebuild={rebuild} />
      ) : (
        <p>
          {source?.state ? count(source.state.messages) : "All"} messages of EVENTS are read into a
          second generation, which is then swapped in. Bookings go on meanwhile; seats are not
          touched, and nothing is published. It goes on by itself when this page is closed.
        </p>
      )}
      {problem !== undefined && <ProblemNotice problem={problem} retry={() => void begin()} />}
      <QbCommand command={`qb consumer rebuild bookings${rebuild ? "" : " --dry-run"}`} />
    </Dialog>
  );
}

function Progress({ rebuild }: { readonly rebuild: Rebuild }) {
  const { state, upTo, target, messages, changed, unreadable } = rebuild;
  return (
    <div role="status" className="stack">
      {state === "running" && (
        <>
          <progress
            max={target ?? 1}
            value={target === null ? 0 : upTo}
            aria-label="How far it is"
          />
          <p className="num">
            Read {count(upTo)} of {target === null ? "…" : count(target)}
          </p>
        </>
      )}
      {state === "done" && (
        <p>
          Rebuilt from {count(messages)} messages: {count(changed ?? 0)} events were different
          before.
          {unreadable > 0 && ` ${count(unreadable)} messages could not be read and were left out.`}
        </p>
      )}
      {state === "cancelled" && <p>It was given up; what was there before stays.</p>}
    </div>
  );
}
