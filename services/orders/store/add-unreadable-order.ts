import { appendToAudit } from "@app/platform/messaging/audit.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import { appendToOutbox } from "@app/platform/messaging/outbox.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { PlacedOrder } from "../domain/place-order.ts";
import { toMessage } from "./messages.ts";
import { newRow } from "./order-row.ts";
import { orders } from "./tables.ts";

export interface UnreadableOrder {
  readonly deadlineSeconds: number;
  /** Who asks for it. */
  readonly actor: string;
}

/**
 * Stores a pending order whose message lacks its last bytes, as a broken sender's would: whoever
 * hears of the order cannot read it, so that it becomes a dead letter and the order waits for a
 * person. Demo data shows what that looks like.
 */
export async function addUnreadableOrder(
  db: Database,
  { order, facts: [created] }: PlacedOrder,
  { deadlineSeconds, actor }: UnreadableOrder,
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.q.insert(orders).values(newRow(order, deadlineSeconds));
    const message = toMessage(created, randomMessageIds);
    await appendToOutbox(tx, [{ ...message, payload: message.payload.subarray(0, -1) }]);
    await appendToAudit(tx.q, {
      actor,
      action: "add unreadable order",
      target: `order/${order.id}`,
      detail: { deadlineSeconds },
    });
  });
}
