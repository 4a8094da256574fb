import { readOrderRequest } from "@app/orders/domain/order-request.ts";
import { placeOrder } from "@app/orders/domain/place-order.ts";
import { toMessage } from "@app/orders/store/messages.ts";
import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import type postgres from "postgres";
import { encodedHeaders, type ReadyMessage } from "./floors/raw-publish.ts";

/** How many skus there are: `sku-0` and so on. */
export const skuCount = 1_000;

/** What everybody orders here: one piece. */
export const orderOf = (sku: string) => ({ userId: "customer-1", sku, quantity: 1 });

/** The message of a new order, as the orders service states it. */
export function orderCreated(id: number, sku: string): OutgoingMessage {
  const request = readOrderRequest(orderOf(sku));
  const { facts } = placeOrder(request, { id: BigInt(id), at: new Date() });
  return toMessage(facts[0], randomMessageIds);
}

export function readyMessage({ subject, headers, payload }: OutgoingMessage): ReadyMessage {
  return { subject, headers: encodedHeaders(headers), payload };
}

/**
 * Writes so many messages of new orders into an outbox, of as many keys. Only their headers differ:
 * nobody reads the payloads of these.
 */
export async function fillOutbox(
  sql: postgres.Sql | postgres.ReservedSql,
  { count, firstId }: { readonly count: number; readonly firstId: number },
): Promise<void> {
  const { eventId, subject, headers, payload } = orderCreated(firstId, "sku-17");
  const number = String(firstId);
  const pattern = headers
    .replaceAll(eventId, "<event>")
    .replaceAll(`order/${number}`, "order/<id>");
  await sql`
    insert into outbox (event_id, key, version, subject, headers, payload)
    select event, 'order/' || id, 1, ${subject.slice(0, -number.length)} || id,
      replace(replace(${pattern}, '<event>', event::text), '<id>', id::text), ${payload}
    from (select gen_random_uuid() as event, ${firstId}::bigint + n as id
      from generate_series(0, ${count - 1}::int) n) given`;
}
