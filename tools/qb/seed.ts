import { z } from "zod";
import { OrderView } from "./order-view.ts";
import {
  guest,
  refusalOf,
  type ServiceClient,
  serviceClient,
  type TokenSource,
} from "./service-client.ts";

export interface SeedOptions {
  readonly ordersUrl: string;
  readonly inventoryUrl: string;
  /** An operator's, for what only operators make. */
  readonly token: TokenSource;
  /** Hears of each thing as it is made. */
  readonly onStep?: (step: SeedStep) => void;
}

export interface SeedStep {
  readonly what: string;
  /** `left out` where the service does not make such things. */
  readonly outcome: "made" | "already there" | "left out";
  readonly orderId?: number;
}

const userId = "demo";
const tenYearsSeconds = 315_360_000;
/** How long the seed waits for an order to be decided; it is not lost when that takes longer. */
const decidedWithinSeconds = 10;

const dishes = [
  {
    sku: "demo-ramen",
    name: "Shoyu ramen",
    description: "Chicken broth, a soft egg and spring onions.",
    priceCents: 1390,
    available: 200,
  },
  {
    sku: "demo-salad",
    name: "Garden salad",
    description: "Leaves, radishes and herbs of the season.",
    priceCents: 790,
    available: 200,
  },
  {
    sku: "demo-tiramisu",
    name: "Tiramisu",
    description: "Mascarpone, espresso and cocoa. Two a day, and gone early.",
    priceCents: 650,
    available: 2,
  },
  {
    sku: "demo-soup",
    name: "Soup of the day",
    description: "Ask what it is.",
    priceCents: 520,
    available: 50,
  },
] as const;

interface DemoOrder {
  /** Its note, by which it is found again. */
  readonly note: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly cancel?: string;
}

const orders: readonly DemoOrder[] = [
  { note: "Demo: a confirmed order", items: [{ sku: "demo-ramen", quantity: 1 }] },
  {
    note: "Demo: a confirmed order of several lines",
    items: [
      { sku: "demo-ramen", quantity: 2 },
      { sku: "demo-salad", quantity: 1 },
      { sku: "demo-soup", quantity: 1 },
    ],
  },
  {
    note: "Demo: an order that one dish was too few for",
    items: [
      { sku: "demo-salad", quantity: 1 },
      { sku: "demo-tiramisu", quantity: 3 },
    ],
  },
  {
    note: "Demo: an order cancelled by its customer",
    items: [{ sku: "demo-salad", quantity: 2 }],
    cancel: "my friends are late",
  },
];

const stuckNote = "Demo: an order whose message cannot be read";

/** What a seed makes where nothing is there yet. */
export const demoPlan: readonly string[] = [
  ...dishes.map(({ name }) => `dish ${name}`),
  ...orders.map(({ note }) => note),
  stuckNote,
];

/**
 * Makes demo dishes and orders in every state by the same calls that everybody uses, so that what
 * they leave behind is real: outbox, streams, stock. Repeating it changes nothing. The stuck order,
 * whose message becomes a dead letter, needs an orders service that was started with DEMO=on. Orders
 * are placed as a guest, which services allow that were started with AUTH=optional.
 */
export async function seedDemo({
  ordersUrl,
  inventoryUrl,
  token,
  onStep = () => undefined,
}: SeedOptions): Promise<readonly SeedStep[]> {
  // A token would make the orders the operator's own.
  const ordersService = serviceClient("orders", ordersUrl, guest);
  const ordersOperator = serviceClient("orders", ordersUrl, token);
  const inventory = serviceClient("inventory", inventoryUrl, token);
  const steps: SeedStep[] = [];
  const made = (step: SeedStep) => {
    steps.push(step);
    onStep(step);
  };

  for (const dish of dishes) made(await addDish(inventory, dish));
  const there = await ordersThere(ordersService);
  for (const order of orders) {
    made(await placeDemoOrder(ordersService, order, there.get(order.note)));
  }
  made(await placeStuckOrder(ordersOperator, there.get(stuckNote)));
  return steps;
}

async function addDish(inventory: ServiceClient, dish: (typeof dishes)[number]): Promise<SeedStep> {
  const what = `dish ${dish.name}`;
  const response = await inventory.send("/v1/items", { method: "POST", body: dish });
  if (response.status === 409) return { what, outcome: "already there" };
  if (!response.ok) throw refusalOf("inventory", response, await response.json());
  return { what, outcome: "made" };
}

const OrdersPage = z.object({ orders: z.array(OrderView) });

async function ordersThere(service: ServiceClient): Promise<ReadonlyMap<string, OrderView>> {
  const page = await service.ask(`/v1/orders?userId=${userId}&limit=100`, OrdersPage);
  return new Map(page.orders.map((order) => [order.note, order]));
}

const Placed = z.object({ id: z.number().int() });

async function placeDemoOrder(
  service: ServiceClient,
  { note, items, cancel }: DemoOrder,
  there: OrderView | undefined,
): Promise<SeedStep> {
  const orderId = there?.id ?? (await place(service, { note, items }));
  const isNew = there === undefined || (cancel !== undefined && there.status !== "CANCELLED");
  if (isNew && cancel !== undefined) {
    const body = { reason: cancel };
    await service.ask(`/v1/orders/${orderId}/cancel`, OrderView, { method: "POST", body });
  }
  return { what: note, outcome: isNew ? "made" : "already there", orderId };
}

async function place(
  service: ServiceClient,
  { note, items }: Pick<DemoOrder, "note" | "items">,
): Promise<number> {
  const response = await service.send("/v1/orders", {
    method: "POST",
    body: { userId, note, items },
    headers: {
      // Two seeds at once make one order each of them finds.
      "idempotency-key": `seed ${note}`,
      prefer: `wait=${decidedWithinSeconds}`,
    },
  });
  const answer: unknown = await response.json();
  // A cancelled order is answered with a conflict that names it.
  const placed = Placed.safeParse(answer);
  if (!placed.success) throw refusalOf("orders", response, answer);
  return placed.data.id;
}

async function placeStuckOrder(
  service: ServiceClient,
  there: OrderView | undefined,
): Promise<SeedStep> {
  const what = stuckNote;
  if (there) return { what, outcome: "already there", orderId: there.id };
  const response = await service.send("/ops/v1/demo/unreadable-orders", {
    method: "POST",
    body: {
      userId,
      note: stuckNote,
      sku: "demo-soup",
      quantity: 1,
      deadlineSeconds: tenYearsSeconds,
    },
  });
  const answer: unknown = await response.json();
  if (response.status === 404) return { what, outcome: "left out" };
  if (!response.ok) throw refusalOf("orders", response, answer);
  return { what, outcome: "made", orderId: Placed.parse(answer).id };
}
