import { beforeAll, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import type { BrowserContext, Page } from "playwright-core";
import { addDish } from "./add-dish.ts";
import { describeInBrowser } from "./describe-in-browser.ts";
import { sharedWorld } from "./shared-world.ts";
import { visit } from "./visit.ts";
import type { WebWorld } from "./web-world.ts";

describeInBrowser("the console", () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await sharedWorld();
    await addDish(world, "noodles", { available: 100 });
  });

  async function place(): Promise<number> {
    const { body } = await world.call("POST", "/v1/orders", {
      body: { userId: "ann", sku: "noodles", quantity: 1 },
    });
    return body.id;
  }

  test("holds a consumer up, shows who waits for it, and follows an order until it is decided", () =>
    visit(
      world.url,
      async ({ context, page, open, expectTrouble }) => {
        // Events and bookings do not answer, which the console says and gets along with.
        expectTrouble(/\/ops\/(events|bookings)\/\S* 503$/);
        await withoutAnswers(context, "**/ops/{events,bookings}/**");
        await open("/console/streams");
        await page.getByText("Without events, bookings", { exact: true }).waitFor();
        await pause(page, "inventory-service", "a look at what waits");
        const id = await place();

        await press(page, "g", "w");
        const waiting = page.getByRole("row").filter({ hasText: "1 × noodles" });
        await waiting.getByRole("link", { name: String(id), exact: true }).waitFor();

        await press(page, "/");
        await page.keyboard.type(`order ${id}`);
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { level: 1, name: `Order ${id}` }).waitFor();
        await page.getByText("waits for its listener").first().waitFor();

        // In another tab: this page is to see it by itself.
        const other = await page.context().newPage();
        await other.goto("/console/streams");
        await rowOf(other, "inventory-service").getByRole("button", { name: "Resume" }).click();
        await rowOf(other, "inventory-service").getByText("at work").waitFor();
        await other.close();

        await page.getByText("Settled", { exact: true }).waitFor();
        await page.getByText("CONFIRMED").first().waitFor();
        await page.getByText(/^Order \d+ was confirmed at/).waitFor();
        await page.getByText("InventoryReserved v1 handled").first().waitFor();

        await press(page, "g", "a");
        const entry = page.getByRole("row").filter({ hasText: "pause consumer" });
        await entry.getByText("a look at what waits").waitFor();
      },
      { as: "operator" },
    ));

  test("finds a message by its id alone, and reads it in its stream", () =>
    visit(
      world.url,
      async ({ page, open, expectTrouble }) => {
        // A UUID may be anything, so it is looked for as everything.
        expectTrouble(/ (400|404)$|BookingsService|EventsService/);
        const id = await place();
        const token = await world.tokenOf("operator");
        const sent = await world.call("GET", `/ops/orders/v1/messages?key=order/${id}`, { token });
        const { eventId } = sent.body.sent[0];

        await open(`/console/follow?of=${eventId}`);
        await page.getByText("OrderCreated", { exact: false }).first().waitFor();
        await page.getByRole("link", { name: `order/${id}` }).waitFor();
        await page.getByRole("link", { name: /^ORDERS \d+$/ }).click();
        await page
          .getByRole("button", { name: /^Show message/ })
          .last()
          .click();

        await page.getByText(`"orderId": "${id}"`).waitFor();
      },
      { as: "operator" },
    ));

  test("hands out the catalog as an AsyncAPI document", () =>
    visit(
      world.url,
      async ({ page, open }) => {
        await open("/console/catalog");
        await page.getByLabel("Find a message or a field").fill("missing");
        await page.getByRole("link", { name: "InventoryRejected" }).click();
        await page.getByRole("heading", { name: "InventoryRejected" }).waitFor();
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name: "Download AsyncAPI" }).click(),
        ]);

        expect(download.suggestedFilename()).toBe("asyncapi.json");
        const document = JSON.parse(await readFile(await download.path(), "utf8"));
        expect(document).toMatchObject({ asyncapi: "3.0.0" });
        expect(Object.keys(document.channels)).toContain("inventory.v1.inventory_rejected");
      },
      { as: "operator" },
    ));
});

/** As the gateway answers for a service that is away. */
async function withoutAnswers(context: BrowserContext, calls: string): Promise<void> {
  const json = { status: 503, code: "service_away", title: "Unavailable", detail: "away" };
  await context.route(calls, (route) => route.fulfill({ status: 503, json }));
}

const rowOf = (page: Page, consumer: string) =>
  page
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader", { name: new RegExp(`^${consumer} ?on`) }) });

async function pause(page: Page, consumer: string, reason: string): Promise<void> {
  await rowOf(page, consumer).getByRole("button", { name: "Pause" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Reason" }).fill(reason);
  await dialog.getByRole("button", { name: `Pause ${consumer}`, exact: true }).click();
  await rowOf(page, consumer).getByText("paused until").waitFor();
}

/** Keys one after another, as somebody at a page presses them. */
async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
