import type { Review } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useId, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { day, plural } from "../../lib/format.ts";
import { useSession } from "../../lib/session.tsx";
import { Comments } from "./comments.tsx";
import { LikeButton } from "./like-button.tsx";
import { RemoveReview } from "./remove-review.tsx";
import { ReportDialog } from "./report-dialog.tsx";
import { ReviewForm } from "./review-form.tsx";
import { Stars } from "./stars.tsx";

const comment = { one: "comment", other: "comments" };

/** One review: who by a handle, how many stars, in which words, and what can be done about it. */
export function ReviewCard({ review }: { readonly review: Review }) {
  const { id, subject, rating, text, author, mine, createdAt, editedAt } = review;
  const { user } = useSession();
  const [editing, setEditing] = useState(false);
  const [talking, setTalking] = useState(false);
  const [reporting, setReporting] = useState(false);
  const talkId = useId();
  return (
    <li className="card pad review">
      <div className="review__h">
        <Stars rating={rating} />
        <b>{mine ? `${author} (you)` : author}</b>
        <span className="sm muted">
          {createdAt !== undefined && day(timestampMs(createdAt))}
          {editedAt !== undefined && ", changed"}
        </span>
      </div>
      {editing ? (
        <ReviewForm subject={subject} review={review} onDone={() => setEditing(false)} />
      ) : (
        text !== "" && <p className="review__t">{text}</p>
      )}
      <div className="review__f">
        <LikeButton review={review} />
        <Button
          kind="quiet"
          aria-expanded={talking}
          aria-controls={talkId}
          onClick={() => setTalking(!talking)}
        >
          {plural(review.comments, comment)}
        </Button>
        {mine && !editing && (
          <>
            <Button kind="quiet" onClick={() => setEditing(true)}>
              Change
            </Button>
            <RemoveReview review={review} />
          </>
        )}
        {!mine && user !== undefined && (
          <Button kind="quiet" onClick={() => setReporting(true)}>
            Report
          </Button>
        )}
      </div>
      <div id={talkId} hidden={!talking}>
        {talking && <Comments review={review} />}
      </div>
      {reporting && (
        <ReportDialog of={{ reviewId: id }} author={author} onClose={() => setReporting(false)} />
      )}
    </li>
  );
}
