import type { ReviewSort } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useSession } from "../../lib/session.tsx";
import { reviewsCalls } from "./calls.ts";

const PAGE = 10;
const COMMENTS_PAGE = 20;
/** A confirmation is on its way for a moment: the page notices by itself that one may write. */
const MAY_REVIEW_EVERY_MS = 10_000;
/** From when the page is opened; whoever waits longer comes back to it. */
const MAY_REVIEW_ASKED_MS = 60_000;

/** The reviews of a subject page by page, with what the reader has to do with each. */
export function useReviews(subject: string, sort: ReviewSort) {
  const { user } = useSession();
  const query = useInfiniteQuery({
    queryKey: ["reviews", subject, user?.id ?? "", sort],
    queryFn: ({ pageParam, signal }) =>
      reviewsCalls.listReviews({ subject, sort, cursor: pageParam, limit: PAGE }, { signal }),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
    placeholderData: keepPreviousData,
  });
  const reviews = query.data?.pages.flatMap((page) => page.reviews);
  return { reviews, rating: query.data?.pages[0]?.rating, query };
}

/** What the reader wrote of a subject, or whether they may; of a guest nothing is asked. */
export function useOwnReview(subject: string) {
  const { user } = useSession();
  const [askedUntil] = useState(() => Date.now() + MAY_REVIEW_ASKED_MS);
  return useQuery({
    queryKey: ["own-review", subject, user?.id ?? ""],
    queryFn: ({ signal }) => reviewsCalls.getOwnReview({ subject }, { signal }),
    enabled: user !== undefined,
    refetchInterval: ({ state }) =>
      state.data === undefined ||
      state.data.mayReview ||
      state.data.review !== undefined ||
      Date.now() > askedUntil
        ? false
        : MAY_REVIEW_EVERY_MS,
  });
}

/** What was said to a review, the oldest first. */
export function useComments(reviewId: string) {
  const { user } = useSession();
  return useInfiniteQuery({
    queryKey: ["comments", reviewId, user?.id ?? ""],
    queryFn: ({ pageParam, signal }) =>
      reviewsCalls.listComments({ reviewId, cursor: pageParam, limit: COMMENTS_PAGE }, { signal }),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
  });
}

/** Reads again what a change of somebody's own has made old. Stars of lists follow by messages. */
export function useReadAgain(subject: string): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async () => {
    await Promise.all(
      [
        ["reviews", subject],
        ["own-review", subject],
      ].map((queryKey) => queries.invalidateQueries({ queryKey })),
    );
  }, [queries, subject]);
}
