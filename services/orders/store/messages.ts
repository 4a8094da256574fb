import {
  OrderCancelledSchema,
  OrderConfirmedSchema,
  OrderCreatedSchema,
} from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import type { MessageIds } from "@app/platform/messaging/message-ids.ts";
import type { OrderFact } from "../domain/facts.ts";

/** The message that carries a fact. An order announces all its facts under the one key `order/<id>`. */
export function toMessage(fact: OrderFact, ids: MessageIds): OutgoingMessage {
  const { orderId, version, at } = fact;
  const envelope = { aggregate: "order", id: String(orderId), version, time: at };

  switch (fact.type) {
    case "OrderCreated": {
      const { userId, lines } = fact;
      const [{ sku, quantity }] = lines;
      const items = lines.map((line) => ({ sku: line.sku, quantity: line.quantity }));
      const body = { orderId, userId, sku, quantity, items };
      return composeMessage({ ...envelope, schema: OrderCreatedSchema, body }, ids);
    }
    case "OrderConfirmed":
      return composeMessage({ ...envelope, schema: OrderConfirmedSchema, body: { orderId } }, ids);
    case "OrderCancelled": {
      const body = { orderId, reason: fact.reason };
      return composeMessage({ ...envelope, schema: OrderCancelledSchema, body }, ids);
    }
  }
}
