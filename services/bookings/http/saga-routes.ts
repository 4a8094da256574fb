import { operatorOf } from "@app/platform/messaging/ops-access.ts";
import { readRequest } from "@app/platform/messaging/ops-requests.ts";
import {
  countByAge,
  SagasRequest,
  SagasView,
  type SagaView,
} from "@app/platform/messaging/ops-saga-views.ts";
import type { Database } from "@app/platform/postgres.ts";
import { Elysia } from "elysia";
import { agesOfOpenHolds, listOpenHolds, type OpenHold } from "../store/open-holds.ts";

/** Shows operators which seats are held and for how long: each hold waits for its customer, or its end. */
export const sagaRoutes = ({ db }: { readonly db: Database }) =>
  new Elysia({ prefix: "/ops/v1" })
    .derive(({ request }) => ({ operator: operatorOf(request) }))
    .get(
      "/sagas",
      async ({ query }) => {
        const [page, { ages, atLeast, oldestAt }] = await Promise.all([
          listOpenHolds(db, readRequest(SagasRequest, query)),
          agesOfOpenHolds(db),
        ]);
        return {
          service: "bookings",
          saga: "hold",
          at: page.at.toISOString(),
          open: {
            count: ages.length,
            atLeast,
            oldestAt: oldestAt?.toISOString() ?? null,
            byAge: countByAge(ages),
          },
          recent: [],
          sagas: page.holds.map(sagaView),
          nextCursor: page.nextCursor ?? null,
        };
      },
      { response: SagasView },
    );

function sagaView({ id, eventId, eventName, userId, seats, ...hold }: OpenHold): SagaView {
  return {
    id,
    key: null,
    state: "OPEN",
    userId,
    summary: `${seats} ${seats === 1 ? "seat" : "seats"} of ${eventName ?? `event/${eventId}`}`,
    since: hold.createdAt.toISOString(),
    waitsFor: "customer",
    deadlineAt: hold.expiresAt.toISOString(),
    deadLetterId: null,
  };
}
