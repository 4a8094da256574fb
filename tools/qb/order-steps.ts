import type { MessagesView } from "@app/platform/messaging/ops-views.ts";
import type { OrderView } from "./order-view.ts";
import type { ServiceName } from "./targets.ts";

/** One thing that happened to an order, somewhere. */
export interface Step {
  /** The same for the same thing, however often it is read. */
  readonly id: string;
  readonly at: string;
  readonly where: string;
  readonly what: string;
  readonly kind: "state" | "stated" | "stored" | "handled" | "trouble";
  /** How long it had waited for this, and for whom. */
  readonly waited?: { readonly ms: number; readonly for: "outbox" | "broker" };
  /** The command to try next. */
  readonly next?: string;
}

/** When the broker stored each message, by event id, as far as a listener has seen it there. */
export type StoredTimes = ReadonlyMap<string, string>;

/** Causes before effects where the clocks cannot tell: a transaction has one time for all it does. */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  const rank = { stored: 0, handled: 1, trouble: 1, state: 2, stated: 3 } as const;
  return steps.toSorted((a, b) => a.at.localeCompare(b.at) || rank[a.kind] - rank[b.kind]);
}

/** A state of the order, as its customer sees it. */
export function stateStep(order: OrderView, at = order.updatedAt ?? order.createdAt): Step {
  const { status, reason, missing = [], items } = order;
  const lines = items.map(({ sku, quantity }) => `${quantity} x ${sku}`).join(", ");
  const why = missing.length > 0 ? `${reason}: ${missing.join(", ")}` : reason;
  return {
    id: `state ${status}`,
    at,
    where: "orders",
    what: status === "PENDING" ? `PENDING: ${lines}` : `${status}${why ? `: ${why}` : ""}`,
    kind: "state",
  };
}

/** What one service says about the messages of one key. */
export function messageSteps(
  service: ServiceName,
  { sent, received }: MessagesView,
  stored: StoredTimes = new Map(),
): Step[] {
  return [
    ...sent.flatMap((message) => sentSteps(service, message, stored)),
    ...received.flatMap(({ consumer, messages }) =>
      messages.flatMap((message) => receivedSteps({ service, consumer }, message)),
    ),
  ];
}

function sentSteps(
  service: ServiceName,
  message: MessagesView["sent"][number],
  storedTimes: StoredTimes,
): Step[] {
  const { eventId, type, version, createdAt, sentAt, stream, sequence } = message;
  const name = `${shortType(type)} v${version}`;
  const stated: Step = {
    id: `${eventId} stated`,
    at: createdAt,
    where: service,
    what: `${name} written to the outbox`,
    kind: "stated",
  };
  if (sentAt === null) return [stated];
  // The acknowledgement is recorded a little later than the broker stores.
  const storedAt = storedTimes.get(eventId) ?? sentAt;
  const stored: Step = {
    id: `${eventId} stored`,
    at: storedAt,
    where: "broker",
    what: `${name} stored as ${stream} ${sequence}`,
    kind: "stored",
    waited: { ms: between(createdAt, storedAt), for: "outbox" },
  };
  return [stated, stored];
}

function receivedSteps(
  { service, consumer }: { readonly service: ServiceName; readonly consumer: string },
  message: MessagesView["received"][number]["messages"][number],
): Step[] {
  const { eventId, type, version, state, publishedAt, takenInAt, deadLetterId, error } = message;
  const name = `${shortType(type)} v${version}`;
  const at = takenInAt ?? publishedAt;
  const step = { at, where: consumer };
  switch (state) {
    case "handled": {
      const waited = { ms: between(publishedAt, at), for: "broker" } as const;
      return [
        { ...step, id: `${eventId} handled`, what: `${name} handled`, kind: "handled", waited },
      ];
    }
    case "discarded": {
      const next = `qb dlq show ${service}/${deadLetterId}`;
      const what = `${name} was discarded`;
      return [{ ...step, id: `${eventId} discarded`, what, kind: "trouble", next }];
    }
    case "parked": {
      const what = `${name} waits for its turn${error ? `: ${error}` : ""}`;
      return [{ ...step, id: `${eventId} parked`, what, kind: "trouble" }];
    }
    case "dead": {
      const next = `qb dlq show ${service}/${deadLetterId}`;
      const what = `${name} is a dead letter: ${error ?? "no reason"}`;
      return [{ ...step, id: `${eventId} dead`, what, kind: "trouble", next }];
    }
    case "unseen":
      return [];
  }
}

const between = (from: string, to: string) => Math.max(0, Date.parse(to) - Date.parse(from));

/** `orders.v1.order_created` is told apart enough by its last word. */
const shortType = (type: string) => type.slice(type.lastIndexOf(".") + 1);
