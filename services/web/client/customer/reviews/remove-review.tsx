import type { Review } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { reviewsCalls } from "./calls.ts";
import { focusReviews } from "./reviews-heading.ts";
import { useReadAgain } from "./use-reviews.ts";

/** Asks whether one's own review is to go, says what goes with it, and removes it. */
export function RemoveReview({ review }: { readonly review: Review }) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const readAgain = useReadAgain(review.subject);
  const remove = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await reviewsCalls.deleteReview({ reviewId: review.id });
      setOpen(false);
      toast({ text: "Your review is gone." });
      await readAgain();
      focusReviews();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button kind="quiet" onClick={() => setOpen(true)}>
        Remove
      </Button>
      <Dialog
        open={open}
        busy={busy}
        onClose={() => setOpen(false)}
        title="Remove your review?"
        foot={
          <>
            <Button disabled={busy} onClick={() => setOpen(false)}>
              Keep it
            </Button>
            <Button kind="danger" busy={busy} onClick={() => void remove()}>
              {busy ? "Removing review" : "Remove review"}
            </Button>
          </>
        }
      >
        <p>Its likes and comments go with it. You can write another one.</p>
        {problem !== undefined && <ProblemNotice problem={problem} title="The review stands" />}
      </Dialog>
    </>
  );
}
