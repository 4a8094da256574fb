import { operatorOf } from "@app/platform/messaging/ops-access.ts";
import { readRequest } from "@app/platform/messaging/ops-requests.ts";
import { Elysia } from "elysia";
import { handleOf } from "../domain/handle.ts";
import { readId } from "../domain/request-checks.ts";
import { readReason } from "../domain/review-request.ts";
import { hide, listModerated, show } from "../store/moderation.ts";
import type { ReviewsApi } from "../store/reviews-api.ts";
import { ModerationRequest } from "./moderation-requests.ts";
import { ModeratedListView } from "./moderation-views.ts";

/** What operators do about what people write, beside the operator API that every service has. */
export const moderationRoutes = (api: ReviewsApi) => {
  const acting = (kind: "review" | "comment", act: typeof hide) => async (call: ModerationCall) => {
    const reason = readReason(call.body);
    await act(api, { kind, id: readId(call.params.id), reason, actor: operatorOf(call.request) });
    return call.status(204, undefined);
  };
  return new Elysia({ prefix: "/ops/v1" })
    .get(
      "/reviews",
      async ({ query }) => {
        const page = await listModerated(api, readRequest(ModerationRequest, query));
        return {
          entries: page.entries.map(({ author, createdAt, editedAt, reasons, ...entry }) => ({
            ...entry,
            reasons: [...reasons],
            author: handleOf(author),
            createdAt: createdAt.toISOString(),
            editedAt: editedAt?.toISOString() ?? null,
          })),
          nextCursor: page.nextCursor ?? null,
        };
      },
      { response: ModeratedListView },
    )
    .post("/reviews/:id/hide", ({ params, body, request, status }) =>
      acting("review", hide)({ params, body, request, status }),
    )
    .post("/reviews/:id/show", ({ params, body, request, status }) =>
      acting("review", show)({ params, body, request, status }),
    )
    .post("/comments/:id/hide", ({ params, body, request, status }) =>
      acting("comment", hide)({ params, body, request, status }),
    )
    .post("/comments/:id/show", ({ params, body, request, status }) =>
      acting("comment", show)({ params, body, request, status }),
    );
};

interface ModerationCall {
  readonly params: { readonly id: string };
  readonly body: unknown;
  readonly request: Request;
  readonly status: (code: 204, body: undefined) => unknown;
}
