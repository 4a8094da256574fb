import type { Hints } from "@app/platform/change-hints.ts";
import { type Changes, createChanges } from "@app/platform/changes.ts";
import type { Clock } from "@app/platform/clock.ts";
import { Refusal } from "@app/platform/errors.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { RequestContext } from "@app/platform/request-context.ts";
import { isDecided, type Order } from "../domain/order.ts";
import { findOrder, findOrders } from "./find-order.ts";

/** Orders as they change, by id as text. */
export type OrderChanges = Changes<Order>;

export interface OrderChangesSettings {
  readonly db: Database;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export function orderChanges({ db, ...settings }: OrderChangesSettings): OrderChanges {
  return createChanges({
    ...settings,
    load: (ids) => findOrders(db, ids),
    versionOf: ({ version }) => version,
  });
}

/** The longest that an answer is held back; whoever asks for more gets this. */
export const WAIT_MAX_SECONDS = 30;

/** A new order's. It is not decided yet. */
const FIRST_VERSION = 1;

/** What a wait may take beyond the time asked for: storing the order, and answering. */
const WAIT_MARGIN_MS = 5_000;

export interface Waiting {
  readonly seconds: number;
  /** The request that waits: it is given the time, and ends the wait when it ends. */
  readonly request: Pick<RequestContext, "signal" | "extendDeadline">;
  /** Whether the order was stored just now: then its first version need not be looked at. */
  readonly isNew: boolean;
}

/**
 * The order once it is decided, or as it is when the time is up; undefined when it could not be seen
 * meanwhile, or was new and stayed so, which changes nothing about its being accepted. No time at all
 * is one look.
 */
export function decisionWithin(
  { db, changes }: { readonly db: Database; readonly changes: OrderChanges },
  id: bigint,
  { seconds, request, isNew }: Waiting,
): Promise<Order | undefined> {
  request.extendDeadline(seconds * 1_000 + WAIT_MARGIN_MS);
  if (seconds === 0) return findOrder(db, id);
  const { signal } = request;
  const afterVersion = isNew ? FIRST_VERSION : undefined;
  return changes.until(String(id), isDecided, { withinMs: seconds * 1_000, signal, afterVersion });
}

/** What a caller who waited is told about an order that was cancelled meanwhile. */
export function orderCancelled(order: Extract<Order, { status: "CANCELLED" }>): Refusal {
  const { id, reason, missing } = order;
  return new Refusal("conflict", "order_cancelled", reason, {
    details: { id: Number(id), missing },
  });
}
