import type { SagaView } from "@app/platform/messaging/ops-saga-views.ts";
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { Field } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { callJson } from "../../lib/transport.ts";
import { useAskAgain } from "../ask.ts";
import { QbCommand } from "../qb-command.tsx";
import { shellWord } from "../shell-word.ts";

export interface CancelDialogProps {
  readonly row: SagaView;
  readonly service: "orders" | "bookings";
  readonly onClose: () => void;
}

/** Ends one that waits, in the name of whoever asks: the same call that its customer makes. */
export function CancelDialog({ row, service, onClose }: CancelDialogProps) {
  const { id, userId, summary } = row;
  const isOrder = service === "orders";
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
      if (isOrder) await callJson("POST", `/v1/orders/${id}/cancel`, { reason });
      else await callJson("DELETE", `/holds/${id}`);
      await askAgain(service);
      toast({ text: isOrder ? `Order ${id} is cancelled` : "The seats are free again" });
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
      title={isOrder ? `Cancel order ${id}?` : "Release these seats?"}
      foot={
        <>
          <Button onClick={onClose} disabled={busy}>
            Let it wait
          </Button>
          <Button kind="danger" type="submit" form={formId} busy={busy}>
            {busy ? "Ending it" : isOrder ? `Cancel order ${id}` : "Release the seats"}
          </Button>
        </>
      }
    >
      <p>
        {summary} for {userId}.{" "}
        {isOrder
          ? "The customer sees it cancelled with your reason at once. Stock that is reserved for it, now or later, is released. It cannot be taken back."
          : "The customer loses the hold, and may take seats again as long as there are some."}
      </p>
      <form id={formId} className="stack" onSubmit={submit}>
        {isOrder && (
          <Field
            label="Reason"
            hint="The customer reads it"
            required
            maxLength={1_000}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </form>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <QbCommand
        command={
          isOrder
            ? `qb order cancel ${id} --reason ${shellWord(reason || "…")}`
            : `qb hold release ${id}`
        }
      />
    </Dialog>
  );
}
