import type { Page } from "playwright-core";
import type { DemoIds } from "./demo-ids.ts";
import { patience } from "./patience.ts";
import type { DemoName } from "./web-calls.ts";

/** A page in one of its states. */
export interface PageState {
  /** For a file's or a test's name. */
  readonly name: string;
  path(ids: DemoIds): string;
  /** Who looks; a guest without. */
  readonly as?: DemoName;
  /** What is done on the page until it is in the state. */
  prepare?(page: Page): Promise<void>;
  /** What its calls are refused with, as the page then says. */
  readonly refused?: RegExp;
}

const at = (name: string, path: string | PageState["path"], more: Partial<PageState> = {}) => ({
  name,
  path: typeof path === "string" ? () => path : path,
  ...more,
});

/** Every page of the site, in the states that the data of the demo shows. */
export const pages: readonly PageState[] = [
  at("menu", "/"),
  at("menu-basket", "/", { prepare: fillBasket }),
  at("dish", "/dishes/burger"),
  at("dish-customer", "/dishes/burger", { as: "customer" }),
  at("dish-unknown", "/dishes/nothing-like-this"),
  at("orders", "/orders"),
  at("order-confirmed", ({ orders }) => `/orders/${orders.confirmed}`),
  at("order-short", ({ orders }) => `/orders/${orders.short}`),
  at("order-cancelled", ({ orders }) => `/orders/${orders.cancelled}`),
  at("order-pending", ({ orders }) => `/orders/${orders.stuck}`),
  at("order-unknown", "/orders/999999999", { refused: / 404$/ }),

  at("events", "/events"),
  at("events-none", "/events?search=nothing-like-this"),
  at("book", ({ events }) => `/events/${events.free}/book`),
  at("book-few-left", ({ events }) => `/events/${events.fewLeft}/book`),
  at("book-sold-out", ({ events }) => `/events/${events.soldOut}/book`),
  at("bookings-guest", "/bookings"),
  at("bookings", "/bookings", { as: "customer" }),
  at("ticket", ({ booking }) => `/bookings/${booking}`, { as: "customer" }),
  at("check-in-guest", "/check-in"),
  at("check-in", "/check-in", { as: "operator" }),

  at("account-guest", "/account"),
  at("account", "/account", { as: "customer" }),
  at("sign-in", "/sign-in"),
  at("sign-up", "/sign-up"),
  at("not-found", "/nowhere"),

  at("console-guest", "/console"),
  at("console-customer", "/console", { as: "customer" }),
  at("console", "/console", { as: "operator" }),
  at("console-dead-letters", "/console/dead-letters", { as: "operator" }),
  at("console-follow", "/console/follow", { as: "operator" }),
  at("console-follow-order", ({ orders }) => `/console/follow?of=order/${orders.confirmed}`, {
    as: "operator",
  }),
  at("console-follow-stuck", ({ orders }) => `/console/follow?of=order/${orders.stuck}`, {
    as: "operator",
  }),
  at("console-follow-booking", ({ booking }) => `/console/follow?of=booking/${booking}`, {
    as: "operator",
  }),
  at("console-follow-user", "/console/follow?of=user/demo", { as: "operator" }),
  at("console-follow-unknown", "/console/follow?of=01900000-0000-4000-8000-000000000000", {
    as: "operator",
    refused: / 40[04]$/,
  }),
  at("console-streams", "/console/streams", { as: "operator" }),
  at("console-stream", "/console/streams?stream=ORDERS", { as: "operator", prepare: openMessage }),
  at("console-pause", "/console/streams", { as: "operator", prepare: askToPause }),
  at("console-sagas", "/console/sagas", { as: "operator" }),
  at("console-reviews", "/console/reviews", { as: "operator" }),
  at("console-catalog", "/console/catalog", { as: "operator" }),
  at("console-audit", "/console/audit", { as: "operator" }),
  at("console-viewer", "/console/dead-letters", { as: "viewer" }),
  at("console-not-found", "/console/nowhere", { as: "operator" }),
];

async function openMessage(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: /^show message/i })
    .first()
    .click();
}

async function askToPause(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: /^pause/i })
    .first()
    .click();
}

async function fillBasket(page: Page): Promise<void> {
  const add = page.getByRole("button", { name: /^add /i });
  await add.nth(1).click();
  await add.first().click();
}

const FILLED_DEADLINE_MS = 30_000;

/** Until nothing on the page says that more is coming. */
export async function untilFilled(page: Page): Promise<void> {
  const coming = page.locator("main .skel, main [aria-busy=true]");
  await coming.first().waitFor({ state: "hidden", timeout: FILLED_DEADLINE_MS * patience });
}
