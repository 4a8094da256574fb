import { type Answer, answered, type Call } from "./calls.ts";
import type { SeededRandom } from "./fault.ts";
import type { Replica, ServiceName } from "./replica.ts";
import { watchOrder } from "./watch-order.ts";

/** What customers were told; the checks hold the system to it. */
export interface CustomerWorld {
  /** By Idempotency-Key, with the id that its answer named. */
  readonly orders: Map<string, number>;
  /** Orders whose cancellation was answered with 200. */
  readonly cancelled: Set<number>;
  /** Reservations that a caller holds or gave back. */
  readonly reservations: Map<string, "RESERVED" | "RELEASED">;
  readonly restocked: { acknowledged: number; attempted: number };
  /** Answers that nobody should ever get. */
  readonly complaints: string[];
}

export interface Customer {
  readonly number: number;
  readonly random: SeededRandom;
  readonly services: Readonly<Record<ServiceName, readonly Replica[]>>;
  readonly world: CustomerWorld;
  readonly signal: AbortSignal;
}

type Act = (customer: Customer, number: number) => Promise<void>;

/** Does one thing of those that customers do, and waits for its answer however long it takes. */
export async function customerActs(customer: Customer, number: number): Promise<void> {
  const act = customer.random.pick(acts);
  await act(customer, number);
}

const placeOrder: Act = async (customer, number) => {
  await place(customer, { key: keyOf(customer, number), body: bodyOf(customer) });
};

/** The same request at both replicas at once. */
const placeTwice: Act = async (customer, number) => {
  const order = { key: keyOf(customer, number), body: bodyOf(customer) };
  await Promise.all([place(customer, order), place(customer, order)]);
};

/** A key that is taken, with other content. */
const reuseKey: Act = async (customer, number) => {
  const key = keyOf(customer, number);
  const placed = await place(customer, { key, body: { ...bodyOf(customer), note: "first" } });
  if (placed === undefined) return;
  const call = orderCall({ key, body: { ...bodyOf(customer), note: "second" } });
  const answer = await ask(customer, "orders", call);
  if (answer && answer.status !== 422)
    customer.world.complaints.push(`${key} with other content was answered ${answer.status}`);
};

const placeByRpc: Act = async (customer, number) => {
  const key = keyOf(customer, number);
  const answer = await ask(customer, "orders", {
    method: "POST",
    path: "/orders.v1.OrdersService/CreateOrder",
    headers: { "idempotency-key": key },
    body: bodyOf(customer),
  });
  if (answer) remember(customer, key, answer, Number(answer.body.orderId));
};

const cancel: Act = async (customer) => {
  const id = anOrder(customer);
  if (id === undefined) return;
  const call: Call = { method: "POST", path: `/v1/orders/${id}/cancel`, body: {} };
  const answer = await ask(customer, "orders", call);
  if (answer?.status === 200) customer.world.cancelled.add(id);
  // It may have been cancelled already.
  else if (answer && answer.status !== 409) complain(customer, `cancelling order ${id}`, answer);
};

const look: Act = async (customer) => {
  const id = anOrder(customer);
  if (id === undefined) return;
  const answer = await ask(customer, "orders", { method: "GET", path: `/v1/orders/${id}` });
  if (answer && answer.status !== 200) complain(customer, `order ${id}`, answer);
};

const placeAndWatch: Act = async (customer, number) => {
  const id = await place(customer, { key: keyOf(customer, number), body: bodyOf(customer) });
  const replica = customer.random.pick(customer.services.orders);
  if (id !== undefined) customer.world.complaints.push(...(await watchOrder(replica.url, id)));
};

/** Reserves as another service would, and sometimes gives it back. */
const reserve: Act = async (customer, number) => {
  const ref = String(1_000_000 + customer.number * 10_000 + number);
  const call = (method: string, body: object): Call => ({
    method: "POST",
    path: `/inventory.v1.InventoryService/${method}`,
    body,
  });
  const wanted = { sku: sku(customer), quantity: 1, orderId: ref };
  const answer = await ask(customer, "inventory", call("ReserveStock", wanted));
  if (answer?.status !== 200) {
    if (answer && answer.status >= 500) complain(customer, `reserving ${ref}`, answer);
    return;
  }
  const id = String(answer.body.reservationId);
  customer.world.reservations.set(id, "RESERVED");
  if (customer.random.chance(50)) return;
  const released = await ask(customer, "inventory", call("ReleaseStock", { reservationId: id }));
  if (released?.status === 200) customer.world.reservations.set(id, "RELEASED");
  else if (released) complain(customer, `releasing ${id}`, released);
};

/** Not idempotent, so it is asked once, and may have happened without an answer. */
const restock: Act = async ({ services, random, world }) => {
  world.restocked.attempted += 1;
  const replica = random.pick(services.inventory);
  const response = await fetch(`${replica.url}/v1/items/salad/restock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ quantity: 1 }),
    signal: AbortSignal.timeout(RESTOCK_DEADLINE_MS),
  }).catch(() => undefined);
  if (response?.status === 200) world.restocked.acknowledged += 1;
};

const RESTOCK_DEADLINE_MS = 1_500;

/** As often as they stand here. */
const acts: readonly Act[] = [
  ...[placeOrder, placeOrder, placeOrder, placeOrder, placeTwice, placeByRpc, placeAndWatch],
  ...[cancel, cancel, look, reserve, reuseKey, restock],
];

interface Order {
  readonly key: string;
  readonly body: object;
}

/** Resolves with the order's id once it was accepted. */
async function place(customer: Customer, order: Order): Promise<number | undefined> {
  const prefer: Record<string, string> = customer.random.chance(30) ? { prefer: "wait=1" } : {};
  const answer = await ask(customer, "orders", orderCall(order, prefer));
  return answer && remember(customer, order.key, answer, Number(answer.body.id));
}

const orderCall = ({ key, body }: Order, headers: Record<string, string> = {}): Call => ({
  method: "POST",
  path: "/v1/orders",
  headers: { ...headers, "idempotency-key": key },
  body,
});

/** Each key names one order, for ever. */
function remember(customer: Customer, key: string, answer: Answer, id: number): number | undefined {
  const { world } = customer;
  const accepted = answer.status < 300 || (answer.status === 409 && Number.isInteger(id));
  if (!accepted) {
    complain(customer, `order ${key}`, answer);
    return undefined;
  }
  const before = world.orders.get(key);
  if (before !== undefined && before !== id)
    world.complaints.push(`${key} is order ${before} and order ${id}`);
  world.orders.set(key, id);
  return id;
}

function ask(customer: Customer, service: ServiceName, wanted: Call): Promise<Answer | undefined> {
  const { services, random, signal } = customer;
  return answered(services[service], wanted, { first: random.between(0, 1), signal });
}

function complain({ world }: Customer, what: string, { status, body }: Answer): void {
  world.complaints.push(`${what} was answered ${status} ${JSON.stringify(body)}`);
}

const keyOf = ({ number }: Customer, act: number) => `customer-${number}-${act}`;

function anOrder({ random, world }: Customer): number | undefined {
  const ids = [...world.orders.values()];
  return ids.length === 0 ? undefined : random.pick(ids.slice(-LATEST_ORDERS));
}

const LATEST_ORDERS = 40;
const SKUS = ["cola", "cola", "cola", "fries", "fries", "salad", "burger", "unknown"] as const;

const sku = ({ random }: Customer) => random.pick(SKUS);

/** One line or two; a few of them ask for more than there ever is. */
function bodyOf(customer: Customer): object {
  const { random, number } = customer;
  const userId = `user-${number}`;
  const quantity = random.chance(4) ? 5_000 : random.between(1, 3);
  if (random.chance(60)) return { userId, sku: sku(customer), quantity };
  const [first, second] = random.shuffled(["cola", "fries", "salad"]);
  return { userId, items: [first, second].map((sku) => ({ sku, quantity })) };
}
