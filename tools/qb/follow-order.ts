import { MessagesView } from "@app/platform/messaging/ops-views.ts";
import type { Context } from "./context.ts";
import { eventsIn } from "./event-stream.ts";
import { inOrder, messageSteps, type Step, stateStep } from "./order-steps.ts";
import { isDecided, OrderView } from "./order-view.ts";
import { refusalOf, type ServiceClient } from "./service-client.ts";

const lookEveryMs = 250;
const connectAgainMs = 500;
/** After the decision the last messages still travel; so long they are waited for. */
const settleWithinMs = 5_000;

export interface FollowOptions {
  readonly timeoutMs: number;
  /** Hears each step once. */
  readonly onStep: (step: Step) => void;
  /** Hears that nothing new happened. */
  readonly onIdle?: () => void;
}

/**
 * Follows one order until it is decided and its messages have arrived: its states by the orders
 * service's own stream, the way of its messages by what both services tell operators.
 * Returns the order as it is in the end; undecided when the time is up.
 */
export async function followOrder(
  { orders, inventory }: Pick<Context, "orders" | "inventory">,
  id: number,
  { timeoutMs, onStep, onIdle = () => undefined }: FollowOptions,
): Promise<OrderView> {
  const stop = AbortSignal.timeout(timeoutMs);
  const done = new AbortController();
  let order = await orders.ask(`/v1/orders/${id}`, OrderView);
  const told = new Set<string>();
  const tell = (steps: readonly Step[]) => {
    const fresh = steps.filter((step) => !told.has(step.id));
    for (const step of inOrder(fresh)) {
      told.add(step.id);
      onStep(step);
    }
    if (fresh.length === 0) onIdle();
  };

  const watching = watchStates(orders, id, {
    signal: AbortSignal.any([stop, done.signal]),
    onState: (state) => {
      order = state;
    },
  });
  try {
    let decidedAtMs: number | undefined;
    while (!stop.aborted) {
      const { steps, arrived, statedAt } = await timeline({ orders, inventory }, id);
      tell([...steps, ...statesOf(order, statedAt)]);
      if (isDecided(order)) decidedAtMs ??= performance.now();
      const settled = decidedAtMs !== undefined && performance.now() - decidedAtMs > settleWithinMs;
      if (isDecided(order) && (arrived || settled)) break;
      await Bun.sleep(lookEveryMs);
    }
  } finally {
    done.abort();
    await watching;
  }
  return order;
}

/** An order that is decided was pending once, though nobody watched. */
function statesOf(order: OrderView, statedAt: string | undefined): Step[] {
  const first = stateStep({ ...order, status: "PENDING" }, order.createdAt);
  return isDecided(order) ? [first, stateStep(order, statedAt)] : [first];
}

interface Watch {
  readonly signal: AbortSignal;
  readonly onState: (order: OrderView) => void;
}

/** Connects again whenever the stream ends before the decision, from the version seen last. */
async function watchStates(
  orders: ServiceClient,
  id: number,
  { signal, onState }: Watch,
): Promise<void> {
  let last: string | undefined;
  while (!signal.aborted) {
    try {
      const headers = last === undefined ? undefined : { "last-event-id": last };
      const response = await orders.open(`/v1/orders/${id}/stream`, signal, headers);
      if (response.status === 204) return;
      if (!response.ok) throw refusalOf("orders", response, undefined);
      for await (const event of eventsIn(response)) {
        const order = OrderView.parse(JSON.parse(event.data));
        last = event.id ?? last;
        onState(order);
        if (isDecided(order)) return;
      }
    } catch (error) {
      // Cut off: by us at the end, or by a service that restarts, which the timeline tells as well.
      if (signal.aborted) return;
      last = error instanceof SyntaxError ? undefined : last;
    }
    await Bun.sleep(connectAgainMs);
  }
}

interface Timeline {
  readonly steps: readonly Step[];
  /** Everything that was stated has been handled on the other side, or is in trouble there. */
  readonly arrived: boolean;
  /** When the order last stated something: a decision is dated by the news that caused it. */
  readonly statedAt: string | undefined;
}

async function timeline(
  { orders, inventory }: Pick<Context, "orders" | "inventory">,
  id: number,
): Promise<Timeline> {
  const ask = (service: ServiceClient, key: string) =>
    service.ask(`/ops/v1/messages?${new URLSearchParams({ key })}`, MessagesView);
  const order = `order/${id}`;
  const reservation = `reservation/${id}`;
  const [stated, answered, heard, taken] = await Promise.all([
    ask(orders, order),
    ask(inventory, reservation),
    ask(orders, reservation),
    ask(inventory, order),
  ]);
  const sent = [...stated.sent, ...answered.sent];
  const received = [...heard.received, ...taken.received].flatMap(({ messages }) => messages);
  const known = new Set(
    received.filter(({ state }) => state !== "unseen").map(({ eventId }) => eventId),
  );
  const stored = new Map(received.map(({ eventId, publishedAt }) => [eventId, publishedAt]));
  return {
    statedAt: stated.sent.at(-1)?.createdAt,
    steps: [
      ...messageSteps("orders", stated, stored),
      ...messageSteps("inventory", answered, stored),
      ...messageSteps("orders", heard),
      ...messageSteps("inventory", taken),
    ],
    arrived: sent.length > 0 && sent.every(({ eventId }) => known.has(eventId)),
  };
}
