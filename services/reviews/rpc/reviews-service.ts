import {
  ReviewSort,
  type ReviewsService,
} from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import { signInFirst } from "@app/platform/auth.ts";
import { idempotencyKey } from "@app/platform/idempotency-key.ts";
import { rpcRequest } from "@app/platform/rpc-context.ts";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { readListRequest, readPage } from "../domain/list-request.ts";
import { readId } from "../domain/request-checks.ts";
import {
  readComment,
  readNewReview,
  readReason,
  readReviewChange,
} from "../domain/review-request.ts";
import { readSubject } from "../domain/subject.ts";
import { addReview } from "../store/add-review.ts";
import { changeOwnReview, removeOwnReview } from "../store/change-review.ts";
import { addComment, listComments, removeOwnComment } from "../store/comments.ts";
import { findOwnReview, findReview } from "../store/find-review.ts";
import { likeReview, unlikeReview } from "../store/like-review.ts";
import { listReviews } from "../store/list-reviews.ts";
import { report } from "../store/report.ts";
import type { ReviewsApi } from "../store/reviews-api.ts";
import { commentProto, ratingProto, toProto } from "./review-proto.ts";

/** The contract's comments live in `reviews_service.proto`; this file only says how each call is met. */
export const reviewsService = (api: ReviewsApi): ServiceImpl<typeof ReviewsService> => ({
  async listReviews({ subject, sort, cursor, limit }, context) {
    const asked = readListRequest({ subject, sort: sortOf(sort), ...pageOf(cursor, limit) });
    const page = await listReviews(api, asked, callerOf(context));
    return {
      reviews: page.reviews.map(toProto),
      nextCursor: page.nextCursor ?? "",
      rating: ratingProto(page.rating),
    };
  },

  async getReview({ reviewId }, context) {
    return { review: toProto(await findReview(api, readId(reviewId), callerOf(context))) };
  },

  async getOwnReview({ subject }, context) {
    const own = await findOwnReview(api, accountOf(context), readSubject(subject));
    const { review, mayReview, reason } = own;
    return { mayReview, reason, ...(review ? { review: toProto(review) } : {}) };
  },

  async createReview({ subject, rating, text }, context) {
    const wanted = readNewReview({ subject, rating, text });
    return { review: toProto(await addReview(api, accountOf(context), wanted)) };
  },

  async updateReview({ reviewId, rating, text }, context) {
    const id = readId(reviewId);
    const change = readReviewChange({ rating, text });
    return { review: toProto(await changeOwnReview(api, accountOf(context), { id, change })) };
  },

  async deleteReview({ reviewId }, context) {
    await removeOwnReview(api, accountOf(context), readId(reviewId));
    return {};
  },

  async likeReview({ reviewId }, context) {
    return { likes: await likeReview(api, accountOf(context), readId(reviewId)) };
  },

  async unlikeReview({ reviewId }, context) {
    return { likes: await unlikeReview(api, accountOf(context), readId(reviewId)) };
  },

  async listComments({ reviewId, cursor, limit }, context) {
    const asked = { ...readPage(pageOf(cursor, limit)), accountId: callerOf(context) };
    const page = await listComments(api, readId(reviewId), asked);
    return { comments: page.comments.map(commentProto), nextCursor: page.nextCursor ?? "" };
  },

  async addComment({ reviewId, text }, context) {
    const { requestHeader, responseHeader } = context;
    const added = await addComment(api, accountOf(context), {
      reviewId: readId(reviewId),
      text: readComment({ text }),
      idempotencyKey: idempotencyKey(requestHeader.get("idempotency-key")),
    });
    if (added.replayed) responseHeader.set("idempotency-replayed", "true");
    return { comment: commentProto(added) };
  },

  async deleteComment({ reviewId, commentId }, context) {
    const place = { reviewId: readId(reviewId), id: readId(commentId) };
    await removeOwnComment(api, accountOf(context), place);
    return {};
  },

  async reportReview({ reviewId, reason }, context) {
    const told = { reviewId: readId(reviewId), reason: readReason({ reason }) };
    await report(api, accountOf(context), told);
    return {};
  },

  async reportComment({ reviewId, commentId, reason }, context) {
    const place = { reviewId: readId(reviewId), commentId: readId(commentId) };
    await report(api, accountOf(context), { ...place, reason: readReason({ reason }) });
    return {};
  },
});

const callerOf = ({ values }: HandlerContext): string | undefined =>
  values.get(rpcRequest).caller?.subject;

function accountOf(context: HandlerContext): string {
  const account = callerOf(context);
  if (account === undefined) throw signInFirst();
  return account;
}

const pageOf = (cursor: string, limit: number) => ({
  cursor,
  limit: limit === 0 ? undefined : String(limit),
});

/** A number that the contract does not know is refused in the words of REST. */
function sortOf(sort: ReviewSort): string {
  if (sort === ReviewSort.TOP) return "top";
  return sort === ReviewSort.NEW || sort === ReviewSort.UNSPECIFIED ? "new" : String(sort);
}
