import type { Page } from "playwright-core";
import type { DemoName, WebCalls } from "./web-calls.ts";

/** A page in one of its states. */
export interface PageState {
  /** For a file's or a test's name. */
  readonly name: string;
  readonly path: string;
  /** Who looks; a guest without. */
  readonly as?: DemoName;
  /** What is done on the page until it is in the state. */
  prepare?(page: Page): Promise<void>;
}

/** Every page, in the states that the data of the demo shows. */
export async function allPages(calls: WebCalls): Promise<readonly PageState[]> {
  return [
    ...(await orderPages(calls)),
    ...(await ticketPages(calls)),
    { name: "account-guest", path: "/account" },
    { name: "account", path: "/account", as: "customer" },
    { name: "sign-in", path: "/sign-in" },
    { name: "sign-up", path: "/sign-up" },
    { name: "not-found", path: "/nowhere" },
    ...consolePages,
  ];
}

async function orderPages({ call }: WebCalls): Promise<readonly PageState[]> {
  const { body } = await call("GET", "/v1/orders?userId=demo&limit=100");
  const orders: readonly { id: number; status: string; reason?: string }[] = body.orders;
  const one = (name: string, found: { id: number } | undefined): PageState[] =>
    found ? [{ name, path: `/orders/${found.id}` }] : [];
  return [
    { name: "menu", path: "/" },
    { name: "menu-basket", path: "/", prepare: fillBasket },
    { name: "orders", path: "/orders" },
    ...one(
      "order-pending",
      orders.find(({ status }) => status === "PENDING"),
    ),
    ...one(
      "order-confirmed",
      orders.find(({ status }) => status === "CONFIRMED"),
    ),
    ...one(
      "order-short",
      orders.find(({ reason }) => reason === "insufficient stock"),
    ),
    ...one(
      "order-cancelled",
      orders.find(({ reason }) => reason?.includes("late")),
    ),
    { name: "order-unknown", path: "/orders/999999999" },
  ];
}

async function fillBasket(page: Page): Promise<void> {
  const add = page.getByRole("button", { name: /^add /i });
  await add.nth(1).click();
  await add.first().click();
}

async function ticketPages({ call, tokenOf }: WebCalls): Promise<readonly PageState[]> {
  const { body } = await call("GET", "/events?limit=100");
  const events: readonly { id: string; name: string; seatsLeft?: number }[] = body.events;
  const like = (pattern: RegExp) => events.find(({ name }) => pattern.test(name));
  const one = (name: string, found: { id: string } | undefined): PageState[] =>
    found ? [{ name, path: `/events/${found.id}/book` }] : [];
  const free = events.find(({ seatsLeft = 0, name }) => seatsLeft > 20 && !/demo/i.test(name));
  const booking = free && (await bookingOf({ call, tokenOf }, free.id));
  return [
    { name: "events", path: "/events" },
    { name: "events-none", path: "/events?search=nothing-like-this" },
    ...one("book", free),
    ...one("book-few-left", like(/nearly full/i)),
    ...one("book-sold-out", like(/sold out/i)),
    { name: "bookings-guest", path: "/bookings" },
    { name: "bookings", path: "/bookings", as: "customer" },
    ...(booking ? [{ name: "ticket", path: `/bookings/${booking}`, as: "customer" as const }] : []),
    { name: "check-in-guest", path: "/check-in" },
    { name: "check-in", path: "/check-in", as: "operator" },
  ];
}

async function bookingOf({ call, tokenOf }: Pick<WebCalls, "call" | "tokenOf">, eventId: string) {
  const { body } = await call("POST", `/events/${eventId}/bookings`, {
    token: await tokenOf("customer"),
    body: { seats: 2 },
    headers: { "idempotency-key": `pages ${eventId}` },
  });
  return body.id as string | undefined;
}

const consolePages: readonly PageState[] = [
  { name: "console-guest", path: "/console" },
  { name: "console-customer", path: "/console", as: "customer" },
  ...["", "dead-letters", "follow", "streams", "sagas", "catalog", "audit"].map(
    (part): PageState => ({
      name: part ? `console-${part}` : "console",
      path: part ? `/console/${part}` : "/console",
      as: "operator",
    }),
  ),
  { name: "console-follow-order", path: "/console/follow?of=order/1", as: "operator" },
];
