import type { Review } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { type FormEvent, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { TextField } from "../../kit/field.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { reviewsCalls } from "./calls.ts";
import { focusReviews } from "./reviews-heading.ts";
import { StarChooser } from "./star-chooser.tsx";
import { useReadAgain } from "./use-reviews.ts";

const TEXT_MAX = 2_000;

interface ReviewFormProps {
  readonly subject: string;
  /** The one that is changed; a new one is written without. */
  readonly review?: Review | undefined;
  readonly onDone?: (() => void) | undefined;
}

/** Stars and words, for a new review or one's own. What was typed stays when sending it fails. */
export function ReviewForm({ subject, review, onDone }: ReviewFormProps) {
  const [rating, setRating] = useState(review?.rating ?? 0);
  const [text, setText] = useState(review?.text ?? "");
  const [sent, setSent] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const readAgain = useReadAgain(subject);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    if (rating === 0 || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      if (review) await reviewsCalls.updateReview({ reviewId: review.id, rating, text });
      else await reviewsCalls.createReview({ subject, rating, text });
      await readAgain();
      toast({ text: review ? "Your review is changed." : "Thank you. Your review is there." });
      focusReviews();
      onDone?.();
    } catch (error) {
      const failed = problemOf(error);
      // The answer of an earlier try was lost, or another tab wrote it: it stands, and is shown.
      if (review === undefined && failed.code === "already_reviewed") {
        await readAgain();
        toast({ text: "You have reviewed it already. What you wrote stands first." });
        focusReviews();
      } else setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack review-form" onSubmit={(event) => void submit(event)} noValidate>
      <StarChooser
        value={rating}
        onChange={setRating}
        takesFocus={review !== undefined}
        error={sent && rating === 0 ? "Choose 1 to 5 stars." : undefined}
      />
      <TextField
        label="Your words"
        hint="Optional. Shown as plain text, under a name that nobody can lead back to you."
        maxLength={TEXT_MAX}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {problem !== undefined && (
        <ProblemNotice problem={problem} title="Your review was not taken">
          <p>What you wrote is still here.</p>
        </ProblemNotice>
      )}
      <p className="notice__act">
        <Button kind="primary" type="submit" busy={busy}>
          {busy ? "Sending" : review ? "Change review" : "Send review"}
        </Button>
        {onDone !== undefined && (
          <Button kind="quiet" disabled={busy} onClick={onDone}>
            Leave it as it is
          </Button>
        )}
      </p>
    </form>
  );
}
