import { crashPoint } from "@app/platform/crash-point.ts";
import { Refusal } from "@app/platform/errors.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import { outboxRow } from "@app/platform/messaging/outbox.ts";
import { idempotencyKeys } from "@app/platform/messaging/tables.ts";
import type { Database } from "@app/platform/postgres.ts";
import { sharedCommit } from "@app/platform/shared-commit.ts";
import { and, eq } from "drizzle-orm";
import type { PlacedOrder } from "../domain/place-order.ts";
import { insertOrders, isNew, type OrderRows } from "./insert-orders.ts";
import { toMessage } from "./messages.ts";
import { newRow } from "./order-row.ts";

/** A caller's promise that requests under this key are one request. */
export interface Idempotency {
  /** Whose key it is: keys of different callers never meet. */
  readonly scope: string;
  readonly key: string;
  /** What the request asked for, see `request-hash.ts`. */
  readonly requestHash: string;
}

export interface AddOrderOptions {
  readonly idempotency?: Idempotency | undefined;
  /** Another deadline than the service's; only demo data has one. */
  readonly deadlineSeconds?: number | undefined;
}

export interface AddedOrder {
  /** The order's id: with a key that was used before, the id of the order it made then. */
  readonly id: bigint;
  readonly replayed: boolean;
}

/**
 * Stores a new order with its message in one commit. Under an Idempotency-Key, of many requests at
 * once with one key exactly one makes an order, and the others wait for its commit and learn its id.
 * Refuses a key that was used for other content.
 */
export type AddOrder = (placed: PlacedOrder, options?: AddOrderOptions) => Promise<AddedOrder>;

/** The database commits as many at once faster than a process reads and answers them. */
const ORDERS_MAX = 64;
/** One is on its way to the disk while the orders of the other are answered. */
const COMMITS_MAX = 2;

/** Adds orders to a database. Those that come while others are being committed share the next commit. */
export function orderAdder(db: Database): AddOrder {
  const insert = sharedCommit({
    commit: (orders: readonly OrderRows[]) => insertOrders(db, orders),
    writesMax: ORDERS_MAX,
    commitsMax: COMMITS_MAX,
  });
  return async (placed, options = {}) => {
    // Here, where the request's trace is known: a commit belongs to no request.
    const rows = rowsOf(placed, options);
    const kept = await insert(rows);
    if (kept && options.idempotency && !isNew(rows, kept))
      return replayOf(kept, options.idempotency);
    crashPoint("request.after-commit-before-reply");
    return { id: placed.order.id, replayed: false };
  };
}

function rowsOf(
  { order, facts: [created] }: PlacedOrder,
  { idempotency, deadlineSeconds }: AddOrderOptions,
): OrderRows {
  return {
    head: idempotency && { ...idempotency, resourceId: String(order.id) },
    placed: newRow(order, deadlineSeconds ?? null),
    stated: outboxRow(toMessage(created, randomMessageIds)),
  };
}

/** The order that was made under this key before, if there is one; makes none. */
export async function findReplay(
  { q }: Database,
  idempotency: Idempotency,
): Promise<AddedOrder | undefined> {
  const { resourceId, requestHash } = idempotencyKeys;
  const [kept] = await q
    .select({ resourceId, requestHash })
    .from(idempotencyKeys)
    .where(
      and(eq(idempotencyKeys.scope, idempotency.scope), eq(idempotencyKeys.key, idempotency.key)),
    );
  return kept && replayOf(kept, idempotency);
}

function replayOf(
  kept: { readonly resourceId: string; readonly requestHash: string },
  { requestHash }: Idempotency,
): AddedOrder {
  if (kept.requestHash !== requestHash)
    throw new Refusal(
      "mismatch",
      "idempotency_key_reused",
      "idempotency key was used for another request",
    );
  return { id: BigInt(kept.resourceId), replayed: true };
}
