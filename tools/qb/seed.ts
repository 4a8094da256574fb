import { z } from "zod";
import { Failure } from "./failure.ts";
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

const guestId = "demo";
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
  {
    sku: "demo-tacos",
    name: "Corn tacos",
    description: "Charred corn, lime crema, pickled onion. Two in a portion.",
    priceCents: 880,
    available: 40,
  },
  {
    sku: "demo-fries",
    name: "Twice-cooked fries",
    description: "Maris Piper, sea salt, house mayo.",
    priceCents: 420,
    available: 120,
  },
  {
    sku: "demo-brownie",
    name: "Cherry brownie",
    description: "Warm, with vanilla ice cream and a sour cherry.",
    priceCents: 590,
    available: 60,
  },
  {
    sku: "demo-lemonade",
    name: "Mint lemonade",
    description: "Pressed at eleven and again at five.",
    priceCents: 360,
    available: 90,
  },
  {
    // Sold out from the first minute, because a menu has to look well then too.
    sku: "demo-dumplings",
    name: "Steamed dumplings",
    description: "Pork and chives, six in a basket.",
    priceCents: 790,
    available: 0,
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
 * are a guest's where guests are let in, because a token would make them its own; elsewhere they
 * belong to whoever the token names.
 */
export async function seedDemo({
  ordersUrl,
  inventoryUrl,
  token,
  onStep = () => undefined,
}: SeedOptions): Promise<readonly SeedStep[]> {
  const customer = await customerOf(ordersUrl, token);
  const ordersOperator = serviceClient("orders", ordersUrl, token);
  const inventory = serviceClient("inventory", inventoryUrl, token);
  const steps: SeedStep[] = [];
  const made = (step: SeedStep) => {
    steps.push(step);
    onStep(step);
  };

  for (const dish of dishes) made(await addDish(inventory, dish));
  const there = await ordersThere(customer);
  for (const order of orders) {
    made(await placeDemoOrder(customer, order, there.get(order.note)));
  }
  const { userId } = customer;
  made(await placeStuckOrder(ordersOperator, userId, there.get(stuckNote)));
  return steps;
}

/** Who the demo's orders are placed by, and for. */
interface Customer {
  readonly service: ServiceClient;
  readonly userId: string;
}

async function customerOf(ordersUrl: string, token: TokenSource): Promise<Customer> {
  const asGuest = { service: serviceClient("orders", ordersUrl, guest), userId: guestId };
  const { status } = await asGuest.service.send(`/v1/orders?userId=${guestId}&limit=1`);
  if (status !== 401) return asGuest;
  const userId = subjectOf(await token());
  if (userId !== undefined) return { service: serviceClient("orders", ordersUrl, token), userId };
  throw new Failure("refused", "orders lets no guests in, and there is no token to order with", {
    next: "QB_TOKEN=…, with an operator's token",
  });
}

/** The service verifies the token; here it only says whose it is. */
function subjectOf(token: string | undefined): string | undefined {
  const claims = token?.split(".")[1] ?? "";
  try {
    const text = Buffer.from(claims, "base64url").toString();
    return Claims.parse(JSON.parse(text)).sub;
  } catch {
    return undefined; // No token of ours: whoever calls says so.
  }
}

const Claims = z.object({ sub: z.string().min(1).max(128) });

async function addDish(inventory: ServiceClient, dish: (typeof dishes)[number]): Promise<SeedStep> {
  const what = `dish ${dish.name}`;
  const response = await inventory.send("/v1/items", { method: "POST", body: dish });
  if (response.status === 409) return { what, outcome: "already there" };
  if (!response.ok) throw refusalOf("inventory", response, await response.json());
  return { what, outcome: "made" };
}

const OrdersPage = z.object({ orders: z.array(OrderView) });

async function ordersThere({ service, userId }: Customer): Promise<ReadonlyMap<string, OrderView>> {
  const query = new URLSearchParams({ userId, limit: "100" });
  const page = await service.ask(`/v1/orders?${query}`, OrdersPage);
  return new Map(page.orders.map((order) => [order.note, order]));
}

const Placed = z.object({ id: z.number().int() });

async function placeDemoOrder(
  customer: Customer,
  { note, items, cancel }: DemoOrder,
  there: OrderView | undefined,
): Promise<SeedStep> {
  const { service } = customer;
  const orderId = there?.id ?? (await place(customer, { note, items }));
  const isNew = there === undefined || (cancel !== undefined && there.status !== "CANCELLED");
  if (isNew && cancel !== undefined) {
    const body = { reason: cancel };
    await service.ask(`/v1/orders/${orderId}/cancel`, OrderView, { method: "POST", body });
  }
  return { what: note, outcome: isNew ? "made" : "already there", orderId };
}

async function place(
  { service, userId }: Customer,
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
  userId: string,
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
