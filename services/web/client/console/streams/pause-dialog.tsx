import type { ConsumerPauseView } from "@app/platform/messaging/ops-stream-views.ts";
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { Field, FieldFrame } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { count } from "../../lib/format.ts";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useAskAgain } from "../ask.ts";
import { actOps } from "../ops.ts";
import { QbCommand } from "../qb-command.tsx";
import { shellWord } from "../shell-word.ts";
import type { KnownConsumer } from "./known-streams.ts";

const spans = [
  { seconds: 60, name: "1 minute" },
  { seconds: 600, name: "10 minutes" },
  { seconds: 3_600, name: "1 hour" },
  { seconds: 86_400, name: "1 day" },
] as const;

export interface PauseDialogProps {
  readonly known: KnownConsumer;
  readonly onClose: () => void;
}

/** Asks how long and why, and says what follows, before a consumer gets nothing more. */
export function PauseDialog({ known, onClose }: PauseDialogProps) {
  const { service, held } = known;
  const { consumer, stream, broker } = held;
  const [seconds, setSeconds] = useState<number>(spans[1].seconds);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const askAgain = useAskAgain();
  const formId = useId();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const path = `consumers/${consumer}/pause`;
      await actOps<ConsumerPauseView>(service, path, { seconds, reason });
      await askAgain(service);
      toast({ text: `${consumer} is paused`, icon: "pause" });
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      busy={busy}
      onClose={onClose}
      title={`Pause ${consumer}?`}
      foot={
        <>
          <Button onClick={onClose} disabled={busy}>
            Let it work
          </Button>
          <Button kind="danger" type="submit" form={formId} busy={busy}>
            {busy ? "Pausing it" : `Pause ${consumer}`}
          </Button>
        </>
      }
    >
      <p>
        Nothing more of {stream} is delivered to it; what it has in hand (
        {count(broker?.unacknowledged ?? 0)}) is finished. {count(broker?.pending ?? 0)} messages
        wait now, and what comes meanwhile waits with them. Orders that stay undecided past their
        deadline are cancelled, pause or not. It goes on by itself at the end.
      </p>
      <form id={formId} className="stack" onSubmit={submit}>
        <FieldFrame label="For how long">
          {(wired) => (
            <select
              {...wired}
              className="input"
              value={seconds}
              onChange={({ target }) => setSeconds(Number(target.value))}
            >
              {spans.map((span) => (
                <option key={span.seconds} value={span.seconds}>
                  {span.name}
                </option>
              ))}
            </select>
          )}
        </FieldFrame>
        <Field
          label="Reason"
          hint="It is kept in the audit"
          required
          maxLength={1_000}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </form>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <QbCommand
        command={`qb consumer pause ${consumer} --for ${seconds} --reason ${shellWord(reason || "…")}`}
      />
    </Dialog>
  );
}
