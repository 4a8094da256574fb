import { type FormEvent, useId, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { Field } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { useAskAgain } from "../ask.ts";
import { actOps } from "../ops.ts";
import type { Moderated } from "./wire.ts";

const REASON_MAX = 500;

interface ModerateDialogProps {
  readonly entry: Moderated;
  readonly onClose: () => void;
}

/** Hides what is shown, or shows what is hidden, with a reason for the audit. */
export function ModerateDialog({ entry, onClose }: ModerateDialogProps) {
  const { kind, id, author, text, hiddenReason } = entry;
  const act = hiddenReason === null ? "hide" : "show";
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
      await actOps("reviews", `${kind}s/${id}/${act}`, { reason });
      await askAgain("reviews");
      toast({ text: act === "hide" ? `The ${kind} is hidden` : `The ${kind} is shown again` });
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
      title={act === "hide" ? `Hide this ${kind}?` : `Show this ${kind} again?`}
      foot={
        <>
          <Button onClick={onClose} disabled={busy}>
            Leave it
          </Button>
          <Button
            kind={act === "hide" ? "danger" : "primary"}
            type="submit"
            form={formId}
            busy={busy}
          >
            {act === "hide" ? `Hide ${kind}` : `Show ${kind}`}
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a quote is no set of fields. */}
      <div
        className="moderated moderated__q"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by key.
        tabIndex={0}
        role="group"
        aria-label="What was written"
      >
        <p className="sm">
          <b>{author}</b>
        </p>
        <p className="moderated__t">{text || "Stars alone, without a word."}</p>
      </div>
      <p>
        {act === "hide"
          ? "Nobody sees it from then on, its author neither; of a review the stars no longer count."
          : "Everybody sees it again; of a review the stars count again."}
      </p>
      <form id={formId} className="stack" onSubmit={(event) => void submit(event)}>
        <Field
          label="Reason"
          hint="For the audit, with your name"
          required
          maxLength={REASON_MAX}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </form>
      {problem !== undefined && <ProblemNotice problem={problem} />}
    </Dialog>
  );
}
