import {
  InventoryRejectedSchema,
  InventoryReservedSchema,
} from "@app/contracts/gen/inventory/v1/inventory_messages_pb.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import type { MessageIds } from "@app/platform/messaging/message-ids.ts";
import type { Fact } from "../domain/decision.ts";

/** When a fact happens, and where its message's id comes from. */
export interface Stating {
  readonly time: Date;
  readonly ids: MessageIds;
}

/** What other services are told. Only orders' reservations state facts, so the ref is an order's id. */
export function messageOf(fact: Fact, { time, ids }: Stating): OutgoingMessage {
  const { ref, version } = fact.reservation;
  const envelope = { aggregate: "reservation", id: ref, version, time };
  switch (fact.type) {
    case "StockReserved": {
      const { lines, totalCents } = fact.reservation;
      const items = lines.map(({ sku, quantity, priceCents }) => ({
        sku,
        quantity,
        priceCents: BigInt(priceCents),
      }));
      return composeMessage(
        {
          ...envelope,
          schema: InventoryReservedSchema,
          body: { orderId: BigInt(ref), reserved: true, items, totalCents: BigInt(totalCents) },
        },
        ids,
      );
    }
    case "StockRejected": {
      const { reason, missing } = fact.reservation;
      return composeMessage(
        {
          ...envelope,
          schema: InventoryRejectedSchema,
          body: { orderId: BigInt(ref), reserved: false, reason, missing: [...missing] },
        },
        ids,
      );
    }
  }
}
