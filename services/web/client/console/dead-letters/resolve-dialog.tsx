import { type FormEvent, useId, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { Field } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { count } from "../../lib/format.ts";
import { QbCommand } from "../qb-command.tsx";
import { shellWord } from "../shell-word.ts";
import type { ShownLetter } from "./letter-card.tsx";
import { rowText } from "./letter-name.ts";
import { useAct } from "./use-act.ts";

const reasonMax = 1_000;

/** Asks why, and says what follows: a letter is given up, or that is taken back. */
export function ResolveDialog({
  name,
  letter,
  asked,
  onClose,
  onDone,
}: ShownLetter & {
  readonly asked: "discard" | "restore" | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const [reason, setReason] = useState("");
  const act = useAct();
  const formId = useId();
  const text = rowText(name);
  const waiting = letter.lane?.waiting ?? 0;
  const discards = asked !== "restore";
  const close = () => {
    act.forget();
    onClose();
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (asked === undefined) return;
    const body = { reason, revision: letter.revision };
    const done = await act.run(name.service, `dead-letters/${name.id}/${asked}`, body);
    if (!done) return;
    toast({ text: discards ? `${text} was discarded` : `${text} is a dead letter again` });
    setReason("");
    onDone();
    onClose();
  };

  return (
    <Dialog
      open={asked !== undefined}
      title={discards ? `Discard ${text}?` : `Restore ${text}?`}
      onClose={close}
      busy={act.busy}
      foot={
        <>
          <Button onClick={close} disabled={act.busy}>
            {discards ? "Keep it" : "Leave it discarded"}
          </Button>
          <Button
            kind={discards ? "danger" : "primary"}
            type="submit"
            form={formId}
            busy={act.busy}
          >
            {discards ? "Discard the letter" : "Restore the letter"}
          </Button>
        </>
      }
    >
      <p className="muted">{discards ? discardText(letter.key, waiting) : restoreText}</p>
      <form id={formId} className="stack" onSubmit={submit}>
        <Field
          label="Why?"
          hint="The reason goes to the audit."
          required
          maxLength={reasonMax}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </form>
      {act.problem && <ProblemNotice problem={act.problem} />}
      <QbCommand
        command={`qb dlq ${discards ? "discard" : "restore"} ${text} --reason ${shellWord(reason || "…")}`}
      />
    </Dialog>
  );
}

function discardText(key: string | null, waiting: number): string {
  if (key === null) {
    return "Its handler will never run. Nothing waits behind it, and it can always be restored.";
  }
  const behind =
    waiting === 0
      ? "Nothing waits behind it yet."
      : `${waiting === 1 ? "The message" : `The ${count(waiting)} messages`} parked behind it run at once, and then it cannot be restored.`;
  return `${key} goes on without it: its handler will never run, and the sender is not told. ${behind}`;
}

const restoreText =
  "It becomes a dead letter again, and its key waits for it. That is refused once a later message of the key has run, because the effect would come out of order.";
