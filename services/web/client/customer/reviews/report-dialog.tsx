import { type FormEvent, useId, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { TextField } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { reviewsCalls } from "./calls.ts";

const REASON_MAX = 500;

interface ReportDialogProps {
  readonly of: { readonly reviewId: string; readonly commentId?: string };
  readonly author: string;
  readonly onClose: () => void;
}

/** Tells the house of a review or a comment, with the reason. */
export function ReportDialog({ of, author, onClose }: ReportDialogProps) {
  const { reviewId, commentId } = of;
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const formId = useId();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      if (commentId === undefined) await reviewsCalls.reportReview({ reviewId, reason });
      else await reviewsCalls.reportComment({ reviewId, commentId, reason });
      toast({ text: "Thank you. Somebody will look at it." });
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
      title={`Report what ${author} wrote?`}
      foot={
        <>
          <Button disabled={busy} onClick={onClose}>
            Not now
          </Button>
          <Button kind="danger" type="submit" form={formId} busy={busy}>
            {busy ? "Reporting" : "Report"}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={(event) => void send(event)}>
        <TextField
          label="What is wrong with it"
          hint="Read by the house alone."
          required
          maxLength={REASON_MAX}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </form>
      {problem !== undefined && <ProblemNotice problem={problem} title="It was not reported" />}
    </Dialog>
  );
}
