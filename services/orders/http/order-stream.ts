import { contextOf } from "@app/platform/request-context.ts";
import { eventStream, type ServerSentEvent } from "@app/platform/server-sent-events.ts";
import { isDecided, type Order } from "../domain/order.ts";
import type { OrdersApi } from "../store/orders-api.ts";
import { viewOf } from "./order-view.ts";

/**
 * Streams an order's states until it is decided; each event's id is the order's version. A browser
 * connects again by itself when a stream ends: one that has seen the decision gets 204, which is how
 * EventSource is told to stop. Nobody reads for a request that ends before its first event, so its
 * own signal ends the watch too.
 */
export function orderStream(
  { changes, stopping }: OrdersApi,
  order: Order,
  request: Request,
): Response {
  const { headers, signal } = request;
  const seen = versionOf(headers.get("last-event-id"), order);
  if (isDecided(order) && seen === order.version) return new Response(null, { status: 204 });
  // The watch begins here and not with the first read, so that it is still refused with a status.
  const states = (signal: AbortSignal) =>
    eventsOf(changes.watch(String(order.id), { afterVersion: seen, signal }));
  const context = contextOf(request);
  return eventStream(states, { context, signal: AbortSignal.any([stopping, signal]) });
}

async function* eventsOf(states: AsyncIterable<Order>): AsyncGenerator<ServerSentEvent> {
  for await (const order of states) {
    yield { id: String(order.version), data: viewOf(order) };
    if (isDecided(order)) return;
  }
}

/** The version a reader has, when it can have it: anything else is read from the start. */
function versionOf(lastEventId: string | null, { version }: Order): number | undefined {
  const seen = /^\d{1,15}$/.test(lastEventId ?? "") ? Number(lastEventId) : undefined;
  return seen !== undefined && seen >= 1 && seen <= version ? seen : undefined;
}
