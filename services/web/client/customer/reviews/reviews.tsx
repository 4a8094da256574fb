import { ReviewSort } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { problemOf } from "../../lib/problem.ts";
import { ownFirst } from "./own-first.ts";
import { OwnReview } from "./own-review.tsx";
import { ReviewCard } from "./review-card.tsx";
import { REVIEWS_HEADING_ID } from "./reviews-heading.ts";
import { Stars } from "./stars.tsx";
import { useOwnReview, useReviews } from "./use-reviews.ts";
import "./reviews.css";

const sorts = [
  { sort: ReviewSort.NEW, label: "Newest" },
  { sort: ReviewSort.TOP, label: "Most liked" },
] as const;

/** What customers say of a dish or an event, and the place to say it. */
export function Reviews({ subject }: { readonly subject: string }) {
  const [sort, setSort] = useState<ReviewSort>(ReviewSort.NEW);
  const { reviews: read, rating, query } = useReviews(subject, sort);
  const { data: own } = useOwnReview(subject);
  const reviews = read && ownFirst(read, own?.review);
  const known = Number(rating?.reviews ?? 0n);
  return (
    <section className="stack reviews" id="reviews" aria-labelledby={REVIEWS_HEADING_ID}>
      <div className="reviews__h">
        <h2 className="display h2" id={REVIEWS_HEADING_ID} tabIndex={-1}>
          Reviews
        </h2>
        {rating !== undefined && known > 0 && <Stars rating={rating.average} reviews={known} />}
      </div>
      <OwnReview subject={subject} />
      {known > 1 && (
        // biome-ignore lint/a11y/useSemanticElements: a group of buttons is no set of fields.
        <div className="reviews__s" role="group" aria-label="Order of reviews">
          {sorts.map((one) => (
            <Button
              key={one.label}
              kind={one.sort === sort ? "soft" : "quiet"}
              aria-pressed={one.sort === sort}
              onClick={() => setSort(one.sort)}
            >
              {one.label}
            </Button>
          ))}
        </div>
      )}
      {reviews === undefined ? (
        query.error === null ? (
          <Skeleton label="Loading reviews">
            <Bone width="40%" />
            <Bone height="4rem" />
          </Skeleton>
        ) : (
          <ProblemNotice
            problem={problemOf(query.error)}
            title="The reviews did not come"
            retry={() => void query.refetch()}
            retrying={query.isFetching}
          />
        )
      ) : reviews.length === 0 ? (
        <p className="muted">Nobody has said anything yet.</p>
      ) : (
        <ul className="stack reviews__l">
          {reviews.map((review) => (
            <ReviewCard key={review.id} review={review} />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <p>
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more reviews
          </Button>
        </p>
      )}
    </section>
  );
}
