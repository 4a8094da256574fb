import type { Clock } from "@app/platform/clock.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { OrderRequest } from "../domain/order-request.ts";
import { placeOrder } from "../domain/place-order.ts";
import { type AddedOrder, addOrder } from "./add-order.ts";
import type { OrderIds } from "./order-ids.ts";
import { requestHash } from "./request-hash.ts";

/** What it takes to accept orders. */
export interface OrderIntake {
  readonly db: Database;
  readonly orderIds: OrderIds;
  readonly clock: Clock;
}

export interface AcceptOptions {
  readonly idempotencyKey?: string | undefined;
  /** Another deadline than the service's; only demo data has one. */
  readonly deadlineSeconds?: number | undefined;
}

/**
 * Turns a checked request into a stored order. A user's Idempotency-Key belongs to that user: equal
 * keys of two users are two keys.
 */
export async function acceptOrder(
  { db, orderIds, clock }: OrderIntake,
  request: OrderRequest,
  { idempotencyKey: key, deadlineSeconds }: AcceptOptions = {},
): Promise<AddedOrder> {
  const placed = placeOrder(request, { id: await orderIds.next(), at: clock.now() });
  const scope = request.userId;
  const idempotency = key === undefined ? key : { scope, key, requestHash: requestHash(request) };
  return addOrder(db, placed, { idempotency, deadlineSeconds });
}
