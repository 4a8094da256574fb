import { Elysia } from "elysia";
import { readListRequest } from "../domain/list-request.ts";
import { readId } from "../domain/request-checks.ts";
import { readNewReview, readReason, readReviewChange } from "../domain/review-request.ts";
import { readSubject } from "../domain/subject.ts";
import { addReview } from "../store/add-review.ts";
import { changeOwnReview, removeOwnReview } from "../store/change-review.ts";
import { findOwnReview, findReview } from "../store/find-review.ts";
import { likeReview, unlikeReview } from "../store/like-review.ts";
import { listReviews } from "../store/list-reviews.ts";
import { report } from "../store/report.ts";
import type { ReviewsApi } from "../store/reviews-api.ts";
import { accountOf, callerOf } from "./caller.ts";
import {
  LikesView,
  OwnReviewView,
  ReviewListView,
  ReviewView,
  ratingView,
  viewOf,
} from "./review-views.ts";

/** Each route parses, makes one call and presents; refusals are mapped outside. */
export const reviewRoutes = (api: ReviewsApi) =>
  new Elysia({ prefix: "/reviews" })
    .get(
      "/",
      async ({ query, request }) => {
        const page = await listReviews(api, readListRequest(query), callerOf(request));
        return {
          reviews: page.reviews.map(viewOf),
          nextCursor: page.nextCursor ?? null,
          rating: ratingView(page.rating),
        };
      },
      { response: ReviewListView },
    )
    .get(
      "/by/me/of",
      async ({ query, request }) => {
        const own = await findOwnReview(api, accountOf(request), readSubject(query.subject));
        return {
          review: own.review ? viewOf(own.review) : null,
          mayReview: own.mayReview,
          reason: own.reason || null,
        };
      },
      { response: OwnReviewView },
    )
    .get(
      "/:id",
      async ({ params, request }) =>
        viewOf(await findReview(api, readId(params.id), callerOf(request))),
      { response: ReviewView },
    )
    .post(
      "/",
      async ({ body, request, set, status }) => {
        const added = await addReview(api, accountOf(request), readNewReview(body));
        set.headers.location = `/reviews/${added.review.id}`;
        return status(201, viewOf(added));
      },
      { response: { 201: ReviewView } },
    )
    .patch(
      "/:id",
      async ({ params, body, request }) => {
        const id = readId(params.id);
        const change = readReviewChange(body);
        return viewOf(await changeOwnReview(api, accountOf(request), { id, change }));
      },
      { response: ReviewView },
    )
    .delete("/:id", async ({ params, request, status }) => {
      await removeOwnReview(api, accountOf(request), readId(params.id));
      return status(204, undefined);
    })
    .put(
      "/:id/like",
      async ({ params, request }) => ({
        likes: await likeReview(api, accountOf(request), readId(params.id)),
      }),
      { response: LikesView },
    )
    .delete(
      "/:id/like",
      async ({ params, request }) => ({
        likes: await unlikeReview(api, accountOf(request), readId(params.id)),
      }),
      { response: LikesView },
    )
    .post("/:id/report", async ({ params, body, request, status }) => {
      const reviewId = readId(params.id);
      await report(api, accountOf(request), { reviewId, reason: readReason(body) });
      return status(204, undefined);
    });
