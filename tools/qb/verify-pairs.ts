import { MessagesView } from "@app/platform/messaging/ops-views.ts";
import { type CheckResult, resultOf } from "./check-result.ts";
import { type LedgerRow, ledgerPages, ledgerRows } from "./ledgers.ts";
import type { ServiceClient } from "./service-client.ts";

export interface Pair {
  readonly orders: ServiceClient;
  readonly inventory: ServiceClient;
}

export interface PairLook {
  /** All orders and all reservations, not only the newest orders. */
  readonly full: boolean;
  /** Between two looks at what seems broken. */
  readonly lookAgainMs: number;
  readonly onProgress: (text: string) => void;
}

interface Broken {
  readonly about: string;
  readonly problem: string;
}

/** More broken orders than this are not looked at one by one. */
const suspectsMax = 500;

/**
 * Compares orders with their reservations over the two services' ledgers. Both go on meanwhile, so
 * what differs is looked at again, and a cancelled order counts as broken only when no message of
 * it is still on its way.
 */
export async function verifyPairs(pair: Pair, look: PairLook): Promise<CheckResult> {
  const { onProgress } = look;
  const suspects = new Set<string>();
  let checked = 0;
  for await (const orders of ledgerPages(pair.orders, "orders", look)) {
    const ids = orders.map(({ id }) => id);
    const reservations = await ledgerRows(pair.inventory, "reservations", ids);
    for (const order of orders) {
      if (difference(order, reservations.get(order.id))) suspects.add(order.id);
    }
    checked += orders.length;
    onProgress(`orders and reservations: ${checked} orders`);
    if (suspects.size >= suspectsMax) break;
  }
  if (look.full) {
    for await (const reservations of ledgerPages(pair.inventory, "reservations", look)) {
      const orders = await ledgerRows(
        pair.orders,
        "orders",
        reservations.map(({ id }) => id),
      );
      for (const { id } of reservations) if (!orders.has(id)) suspects.add(id);
      checked += reservations.length;
      onProgress(`orders and reservations: ${checked} rows`);
      if (suspects.size >= suspectsMax) break;
    }
  }

  return resultOf({
    where: "orders and inventory",
    name: "orders-match-reservations",
    sentence: "an order is CONFIRMED exactly when its very lines are RESERVED or CONSUMED",
    checked,
    rows: suspects.size > 0 ? await stillBroken(pair, [...suspects], look) : [],
  });
}

/** Orders first: what changes between the two readings looks broken, and no more so at the next look. */
async function stillBroken(
  pair: Pair,
  suspects: readonly string[],
  { lookAgainMs, onProgress }: PairLook,
): Promise<readonly Broken[]> {
  onProgress(`orders and reservations: ${suspects.length} looked at again`);
  await Bun.sleep(lookAgainMs);
  const orders = await ledgerRows(pair.orders, "orders", suspects);
  const reservations = await ledgerRows(pair.inventory, "reservations", suspects);
  const broken: Broken[] = [];
  for (const id of suspects) {
    const problem = difference(orders.get(id), reservations.get(id));
    if (problem === undefined) continue;
    if (orders.get(id)?.state === "CANCELLED" && (await isOnItsWay(pair, id))) continue;
    broken.push({ about: `order/${id}`, problem });
  }
  return broken;
}

const holds = (reservation: LedgerRow | undefined) =>
  reservation?.state === "RESERVED" || reservation?.state === "CONSUMED";

/** What an undecided order holds is decided by the messages that are on their way. */
export function difference(
  order: LedgerRow | undefined,
  reservation: LedgerRow | undefined,
): string | undefined {
  if (!order)
    return reservation && `there is no such order, and its reservation is ${reservation.state}`;
  if (order.state === "PENDING") return undefined;
  if (holds(reservation) !== (order.state === "CONFIRMED")) {
    return `${order.state}, and its reservation is ${reservation?.state ?? "not there"}`;
  }
  if (holds(reservation) && reservation?.content !== order.content) {
    return `of ${order.content}, and its reservation holds ${reservation?.content}`;
  }
  return undefined;
}

/** Whether inventory has yet to hear something of the order. */
async function isOnItsWay({ orders, inventory }: Pair, id: string): Promise<boolean> {
  const query = new URLSearchParams({ key: `order/${id}` });
  const stated = await orders.ask(`/ops/v1/messages?${query}`, MessagesView);
  if (stated.outboxUnread || stated.sent.some(({ sentAt }) => sentAt === null)) return true;
  const heard = await inventory.ask(`/ops/v1/messages?${query}`, MessagesView);
  const isPast = ({ state }: { readonly state: string }) =>
    state === "handled" || state === "discarded";
  return heard.received.some(({ messages }) => !messages.every(isPast));
}
