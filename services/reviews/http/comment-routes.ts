import { idempotencyKey } from "@app/platform/idempotency-key.ts";
import { Elysia } from "elysia";
import { readPage } from "../domain/list-request.ts";
import { readId } from "../domain/request-checks.ts";
import { readComment, readReason } from "../domain/review-request.ts";
import { addComment, listComments, removeOwnComment } from "../store/comments.ts";
import { report } from "../store/report.ts";
import type { ReviewsApi } from "../store/reviews-api.ts";
import { accountOf, callerOf } from "./caller.ts";
import { CommentListView, CommentView, commentView } from "./review-views.ts";

/** What people say to a review. */
export const commentRoutes = (api: ReviewsApi) =>
  new Elysia({ prefix: "/reviews/:id/comments" })
    .get(
      "/",
      async ({ params, query, request }) => {
        const asked = { ...readPage(query), accountId: callerOf(request) };
        const page = await listComments(api, readId(params.id), asked);
        return { comments: page.comments.map(commentView), nextCursor: page.nextCursor ?? null };
      },
      { response: CommentListView },
    )
    .post(
      "/",
      async ({ params, body, request, set, status }) => {
        const added = await addComment(api, accountOf(request), {
          reviewId: readId(params.id),
          text: readComment(body),
          idempotencyKey: idempotencyKey(request.headers.get("idempotency-key")),
        });
        if (added.replayed) set.headers["idempotency-replayed"] = "true";
        return status(201, commentView(added));
      },
      { response: { 201: CommentView } },
    )
    .delete("/:commentId", async ({ params, request, status }) => {
      const place = { reviewId: readId(params.id), id: readId(params.commentId) };
      await removeOwnComment(api, accountOf(request), place);
      return status(204, undefined);
    })
    .post("/:commentId/report", async ({ params, body, request, status }) => {
      const place = { reviewId: readId(params.id), commentId: readId(params.commentId) };
      await report(api, accountOf(request), { ...place, reason: readReason(body) });
      return status(204, undefined);
    });
