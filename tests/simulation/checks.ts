import type { Reservation } from "@app/inventory/domain/reservation.ts";
import type { Order } from "@app/orders/domain/order.ts";
import { isDecided } from "@app/orders/domain/order.ts";
import { abandonedMax } from "@app/platform/messaging/retry.ts";
import type { StoredStream } from "./broker/stored-stream.ts";
import type { History } from "./history.ts";
import { inventoryTables } from "./models/inventory-tables.ts";
import { messagingTables } from "./models/messaging-tables.ts";
import { modelOrdersOf } from "./models/model-orders.ts";
import { handlerLogOf } from "./system/handler-log.ts";
import type { ServiceName } from "./system/running-process.ts";

/** What must hold at every instant, whatever has failed and not healed. Empty when it does. */
export function brokenAtAnyTime(history: History): readonly string[] {
  return [
    ...brokenAnswers(history),
    ...brokenOrders(history),
    ...unaccountedStock(history),
    ...brokenVersions(history),
    ...brokenHandling(history),
    ...wronglyCondemned(history),
    ...earlyTimeouts(history),
    ...history.world.violations,
  ];
}

/** What must hold besides once everything has healed and come to rest. */
export function brokenAtRest(history: History): readonly string[] {
  return [...brokenAtAnyTime(history), ...undone(history), ...leftOpen(history)];
}

export const consumers = [
  { service: "orders", from: "inventory", stream: "INVENTORY", durable: "orders-service" },
  { service: "inventory", from: "orders", stream: "ORDERS", durable: "inventory-service" },
] as const satisfies readonly {
  service: ServiceName;
  from: ServiceName;
  stream: string;
  durable: string;
}[];

/** Every order that a customer was told of is there, and one key made one order. */
function brokenAnswers({ world, customers }: History): string[] {
  const kept = new Set(modelOrdersOf(world.databases.orders).map(({ id }) => id));
  return customers.wishes.flatMap(({ key, ids, refused }) => [
    ...[...ids].filter((id) => !kept.has(id)).map((id) => `order ${id} was accepted and is lost`),
    ...(ids.size > 1 ? [`${key} made the orders ${[...ids].join(" and ")}`] : []),
    ...(refused === undefined ? [] : [`${key} was refused: ${refused}`]),
  ]);
}

/** Legal paths, and CONFIRMED only with its very lines held. */
function brokenOrders({ world, strangers }: History): string[] {
  const { reservations } = inventoryTables(world.databases.inventory);
  return modelOrdersOf(world.databases.orders).flatMap((order) => {
    if (strangers.orderIds.has(order.id)) return [];
    const reservation = reservations.committed.get(`order/${order.id}`);
    const broken = illegalPath(order);
    if (order.status === "CONFIRMED" && !holds(reservation))
      broken.push(`order ${order.id} is CONFIRMED and its reservation ${stateOf(reservation)}`);
    if (holds(reservation) && linesOf(order.lines) !== linesOf(reservation.lines))
      broken.push(
        `order ${order.id} of ${linesOf(order.lines)} holds ${linesOf(reservation.lines)}`,
      );
    return broken;
  });
}

function illegalPath(order: Order): string[] {
  const { id, status, version } = order;
  const expected =
    status === "PENDING" ? 1 : status === "CONFIRMED" || order.pricing === undefined ? 2 : 3;
  return version === expected ? [] : [`order ${id} is ${status} with version ${version}`];
}

/** Pieces that appeared or vanished, or that no reservation accounts for. */
function unaccountedStock({ world }: History): string[] {
  const { items, reservations } = inventoryTables(world.databases.inventory);
  const held = new Map<string, { RESERVED: number; CONSUMED: number }>();
  for (const { state, lines } of reservations.committed.values()) {
    if (state !== "RESERVED" && state !== "CONSUMED") continue;
    for (const { sku, quantity } of lines) {
      const pieces = held.get(sku) ?? { RESERVED: 0, CONSUMED: 0 };
      held.set(sku, { ...pieces, [state]: pieces[state] + quantity });
    }
  }
  return [...items.committed.values()].flatMap(({ sku, stock }) => {
    const { initial, restocked, available, reserved, consumed } = stock;
    const pieces = held.get(sku) ?? { RESERVED: 0, CONSUMED: 0 };
    const adds = initial + restocked === available + reserved + consumed && available >= 0;
    const isHeld = reserved === pieces.RESERVED && consumed === pieces.CONSUMED;
    return adds && isHeld ? [] : [`stock of ${sku} does not add up: ${JSON.stringify(stock)}`];
  });
}

/** Each key's versions are stated once each, from 1, and in this order where they wait to be sent. */
function brokenVersions({ world }: History): string[] {
  return (["orders", "inventory"] as const).flatMap((service) => {
    const { outbox, sent } = messagingTables(world.databases[service]);
    const rows = [...sent.committed.values(), ...outbox.committed.values()];
    const stated = Map.groupBy(rows, ({ key }) => key);
    return [...stated].flatMap(([key, messages]) => {
      const versions = messages.map(({ version }) => version).sort((a, b) => a - b);
      const first = versions[0] ?? 1;
      return versions.every((version, index) => version === first + index)
        ? []
        : [`${service} stated ${key} as ${versions.join(" ")}`];
    });
  });
}

/** Each message took effect once, and those of a key in the order of their versions. */
function brokenHandling({ world, strangers }: History): string[] {
  return consumers.flatMap(({ service, durable }) => {
    const server = world.databases[service];
    const { lanes, deadLetters } = messagingTables(server).consumer(durable);
    const log = Map.groupBy(handlerLogOf(server).committed.values(), ({ key }) => key);
    const discarded = new Set(
      [...deadLetters.committed.values()]
        .filter(({ state }) => state === "discarded")
        .map(({ key, version }) => `${key} ${version}`),
    );
    const broken: string[] = [];
    for (const key of new Set([...log.keys(), ...lanes.committed.keys()])) {
      if (strangers.hopelessKeys.has(key)) continue;
      const handled = (log.get(key) ?? []).map(({ version }) => version);
      const last = lanes.committed.get(key)?.version ?? 0;
      const expected = Array.from({ length: last }, (_, index) => index + 1).filter(
        (version) => !discarded.has(`${key} ${version}`),
      );
      if (handled.join(" ") !== expected.join(" "))
        broken.push(`${durable} handled ${key} as ${handled.join(" ")} and stands at ${last}`);
    }
    return broken;
  });
}

/** A message is set aside unrun for marks of its own that were left behind, and for nothing else. */
function wronglyCondemned({ world }: History): string[] {
  return consumers.flatMap(({ service, durable }) => {
    const { deadLetters, marks } = messagingTables(world.databases[service]).consumer(durable);
    return [...deadLetters.committed.values()].flatMap(({ id, key, version, reason }) => {
      const leftBehind = marks.committed.get(id) ?? 0;
      if (reason !== "left_behind" || leftBehind >= abandonedMax) return [];
      return [`${durable} condemned ${key} ${version}, which left ${leftBehind} marks behind`];
    });
  });
}

/**
 * No order is timed out before the broker has had it for as long as the deadline, by the database
 * and as it was recorded when that was judged.
 */
function earlyTimeouts({ world }: History): string[] {
  const { sent } = messagingTables(world.databases.orders);
  const { deadlineMs } = world.settings;
  return modelOrdersOf(world.databases.orders).flatMap((order) => {
    if (order.status !== "CANCELLED" || order.reason !== "timed out") return [];
    const key = `order/${order.id}`;
    const first = [...sent.committed.values()].find((row) => row.key === key && row.version === 1);
    if (!first) return [];
    // A timeout bears the moment at which it was judged, which comes before that of its row.
    const hadMs = order.updatedAt.getTime() - first.sentAt.getTime();
    // One that was sent again since says nothing about when it was sent before.
    return hadMs < 0 || hadMs >= deadlineMs
      ? []
      : [`order ${order.id} was timed out after ${hadMs} ms of ${deadlineMs}`];
  });
}

/**
 * Mostly in its place. A store that was put back twice, the second time to a copy of what the first
 * had made forgotten, has the same messages in the places that they had then.
 */
function isStored(
  stream: StoredStream | undefined,
  { sequence, subject }: { readonly sequence: number; readonly subject: string },
): boolean {
  if (!stream) return false;
  if (stream.get(sequence)?.subject === subject) return true;
  return stream.between(1, stream.state().lastSequence).some((other) => other.subject === subject);
}

/** What is still to do: while there is anything, the system has not come to rest. */
export function undone({ world, customers, strangers }: History): readonly string[] {
  const left: string[] = [];
  if (!customers.areAnswered) left.push("a customer waits for an answer");
  const orders = modelOrdersOf(world.databases.orders);
  for (const order of orders) {
    if (strangers.orderIds.has(order.id)) continue;
    if (!isDecided(order)) left.push(`order ${order.id} is undecided`);
    left.push(...unsettled(world, order));
  }
  for (const { service, from, stream, durable } of consumers) {
    const tables = messagingTables(world.databases[service]);
    const { outbox, sent } = tables;
    const heard = tables.consumer(durable);
    for (const { subject } of outbox.committed.values()) left.push(`${service}: unsent ${subject}`);
    for (const { stream: name, sequence, subject } of sent.committed.values())
      if (!isStored(world.broker.streams.get(name), { sequence, subject }))
        left.push(`${service}: ${subject} is not in ${name}`);
    left.push(...waiting(service, heard));
    left.push(...unhandled(world.databases[from], heard, { service, stream }));
    const state = world.broker.streams.get(stream)?.durables.get(durable)?.state();
    if (!state || state.pending + state.unacknowledged > 0)
      left.push(`${durable}: ${state?.pending} undelivered, ${state?.unacknowledged} unanswered`);
  }
  return left;
}

/** An order that stands has its goods taken for good, a void one holds none. */
function unsettled({ databases }: History["world"], order: Order): string[] {
  const { reservations } = inventoryTables(databases.inventory);
  const state = stateOf(reservations.committed.get(`order/${order.id}`));
  const isSettled =
    order.status === "CONFIRMED"
      ? state === "CONSUMED"
      : state !== "RESERVED" && state !== "CONSUMED";
  return isSettled ? [] : [`order ${order.id} is ${order.status} and its reservation ${state}`];
}

function waiting(
  service: string,
  { lanes, parked, deadLetters }: ReturnType<ReturnType<typeof messagingTables>["consumer"]>,
): string[] {
  return [
    ...[...parked.committed.keys()].map((place) => `${service}: parked ${place}`),
    ...[...lanes.committed.values()]
      .filter((lane) => lane.blocked || lane.stuck || lane.waiting > 0 || lane.behind)
      .map(({ key }) => `${service}: lane ${key} stands`),
    ...[...deadLetters.committed.values()]
      .filter(({ state }) => state === "dead")
      .map(({ key, version, error }) => `${service}: dead letter ${key} ${version}: ${error}`),
  ];
}

/** Everything that was stated has been heard. */
function unhandled(
  sender: History["world"]["databases"][ServiceName],
  { lanes }: ReturnType<ReturnType<typeof messagingTables>["consumer"]>,
  { service, stream }: { readonly service: string; readonly stream: string },
): string[] {
  const { sent } = messagingTables(sender);
  return [...sent.committed.values()]
    .filter((row) => row.stream === stream)
    .filter(({ key, version }) => (lanes.committed.get(key)?.version ?? 0) < version)
    .map(({ key, version }) => `${service}: ${key} ${version} was not handled`);
}

/** Nothing stays locked or open. */
function leftOpen({ world }: History): string[] {
  return (["orders", "inventory"] as const)
    .filter((service) => world.databases[service].openTransactions > 0)
    .map((service) => `${service}: a transaction was left open`);
}

type Holding = Extract<Reservation, { state: "RESERVED" | "CONSUMED" }>;

const holds = (reservation: Reservation | undefined): reservation is Holding =>
  reservation?.state === "RESERVED" || reservation?.state === "CONSUMED";

const stateOf = (reservation: Reservation | undefined) => reservation?.state ?? "absent";

const linesOf = (lines: readonly { readonly sku: string; readonly quantity: number }[]) =>
  lines
    .map(({ sku, quantity }) => `${sku}×${quantity}`)
    .sort()
    .join(" ");
