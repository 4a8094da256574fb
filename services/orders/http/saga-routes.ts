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
import { countOpenOrders, listOpenOrders, type OpenOrder } from "../store/open-orders.ts";

interface SagaSettings {
  readonly db: Database;
  readonly deadlineMs: number;
}

/** Shows operators which orders are undecided, for how long, and when each is timed out. */
export const sagaRoutes = ({ db, deadlineMs }: SagaSettings) =>
  new Elysia({ prefix: "/ops/v1" })
    .derive(({ request }) => ({ operator: operatorOf(request) }))
    .get(
      "/sagas",
      async ({ query }) => {
        const { cursor, limit } = readRequest(SagasRequest, query);
        const [page, counted] = await Promise.all([
          listOpenOrders(db, { deadlineMs, cursor, limit }),
          countOpenOrders(db),
        ]);
        const { ages, atLeast, oldestAt, recent } = counted;
        return {
          service: "orders",
          saga: "order",
          at: page.at.toISOString(),
          open: {
            count: ages.length,
            atLeast,
            oldestAt: oldestAt?.toISOString() ?? null,
            byAge: countByAge(ages),
          },
          recent: [...recent],
          sagas: page.orders.map(sagaView),
          nextCursor: page.nextCursor ?? null,
        };
      },
      { response: SagasView },
    );

function sagaView({ order, waitsFor, deadlineAt, deadLetterId }: OpenOrder): SagaView {
  const { id, status, userId, lines, createdAt } = order;
  return {
    id: String(id),
    key: `order/${id}`,
    state: status,
    userId,
    summary: lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(", "),
    since: createdAt.toISOString(),
    waitsFor,
    deadlineAt: deadlineAt?.toISOString() ?? null,
    deadLetterId,
  };
}
