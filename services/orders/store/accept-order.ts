import type { Clock } from "@app/platform/clock.ts";
import { Refusal } from "@app/platform/errors.ts";
import type { Admission } from "@app/platform/messaging/admission.ts";
import type { Verdict } from "@app/platform/messaging/admission-rule.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { OrderRequest } from "../domain/order-request.ts";
import { placeOrder } from "../domain/place-order.ts";
import { type AddedOrder, type AddOrder, findReplay } from "./add-order.ts";
import type { OrderIds } from "./order-ids.ts";
import { requestHash } from "./request-hash.ts";

/** What it takes to accept orders. */
export interface OrderIntake {
  readonly db: Database;
  readonly addOrder: AddOrder;
  readonly orderIds: OrderIds;
  /** Says whether an order taken on now could be decided in time. */
  readonly admission: Pick<Admission, "verdict">;
  readonly clock: Clock;
}

export interface AcceptOptions {
  readonly idempotencyKey?: string | undefined;
  /** Another deadline than the service's; only demo data has one. */
  readonly deadlineSeconds?: number | undefined;
}

/**
 * Turns a checked request into a stored order. A user's Idempotency-Key belongs to that user: equal
 * keys of two users are two keys. Refuses with `unavailable` what could not be decided in time, but
 * not the repetition of a request that was accepted before.
 */
export async function acceptOrder(
  { db, addOrder, orderIds, admission, clock }: OrderIntake,
  request: OrderRequest,
  { idempotencyKey: key, deadlineSeconds }: AcceptOptions = {},
): Promise<AddedOrder> {
  const scope = request.userId;
  const idempotency = key === undefined ? key : { scope, key, requestHash: requestHash(request) };
  const verdict = admission.verdict();
  if (verdict.kind === "refused") {
    const replay = idempotency && (await findReplay(db, idempotency));
    if (replay) return replay;
    throw notTakenOn(verdict);
  }
  const placed = placeOrder(request, { id: await orderIds.next(), at: clock.now() });
  return addOrder(placed, { idempotency, deadlineSeconds });
}

const texts = {
  backlog_too_long: "too many orders are waiting, come back later",
  outbox_full: "no more orders can be kept while the broker is away, come back later",
} as const;

function notTakenOn({ because, retryAfterSeconds }: Verdict & { kind: "refused" }): Refusal {
  return new Refusal("unavailable", because, texts[because], { retryAfterSeconds });
}
