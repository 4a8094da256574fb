import { crashPoint } from "@app/platform/crash-point.ts";
import { Refusal } from "@app/platform/errors.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import { outboxRow } from "@app/platform/messaging/outbox.ts";
import { idempotencyKeys } from "@app/platform/messaging/tables.ts";
import type { Database } from "@app/platform/postgres.ts";
import { and, eq } from "drizzle-orm";
import type { PlacedOrder } from "../domain/place-order.ts";
import { addOrderStatements } from "./add-order-statements.ts";
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
 * Stores a new order with its message in one statement, which is one transaction and one round trip.
 * Under an Idempotency-Key the statement begins with the key's row, and the order and its message
 * are inserted only when that row names this very order: of many requests at once with one key
 * exactly one makes an order, and the others wait for its commit and learn its id.
 * Refuses a key that was used for other content.
 */
export async function addOrder(
  db: Database,
  { order, facts: [created] }: PlacedOrder,
  { idempotency, deadlineSeconds }: AddOrderOptions = {},
): Promise<AddedOrder> {
  const values = {
    ...prefixed("orders", newRow(order, deadlineSeconds ?? null)),
    ...prefixed("outbox", outboxRow(toMessage(created, randomMessageIds))),
  };
  const { plain, underKey } = addOrderStatements(db.q);
  if (idempotency === undefined) {
    await plain.execute(values);
    return stored(db, order.id);
  }

  const resourceId = String(order.id);
  const head = { ...idempotency, resourceId } satisfies Partial<
    typeof idempotencyKeys.$inferInsert
  >;
  const [kept] = await underKey.execute({ ...values, ...prefixed("idempotency_keys", head) });
  if (!kept) throw new Error("an idempotency key's row is returned whether it is new or not");
  if (kept.resourceId === resourceId) return stored(db, order.id);
  return replayOf(kept, idempotency);
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

function stored(db: Database, id: bigint): AddedOrder {
  db.outboxWritten();
  crashPoint("request.after-commit-before-reply");
  return { id, replayed: false };
}

/** Names values as the statements' placeholders do: by table and property. */
function prefixed(table: string, values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${table}.${name}`, value]),
  );
}
