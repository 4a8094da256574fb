import { beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { addDish } from "./add-dish.ts";
import { describeInBrowser } from "./describe-in-browser.ts";
import { ordersBeside } from "./orders-of-browser.ts";
import { sharedWorld } from "./shared-world.ts";
import { visit } from "./visit.ts";
import type { WebWorld } from "./web-world.ts";

const received = "We have your order.";
const confirmed = "Confirmed. It’s yours.";
/** What the gateway answers for a service that is away, and what a stream through it ends with. */
const away = /50[234]$|net::ERR_/;

describeInBrowser("an outage", () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await sharedWorld();
    await addDish(world, "stew", { available: 100 });
  });

  test("of the broker: orders are taken, the page waits, and goes on by itself", () =>
    visit(world.url, async ({ page, open }) => {
      await open("/");
      await world.nats.server.stop();
      await page.getByRole("button", { name: "Add Stew" }).click();
      await page.getByRole("button", { name: "Order 1 dish" }).click();
      await heading(page, received).waitFor();
      await page.getByText("Now: Confirming stock").waitFor();

      await world.nats.server.restart();

      await heading(page, confirmed).waitFor();
    }));

  test("of orders: nothing typed is lost, the order goes out once, and its page reconnects", () =>
    visit(world.url, async ({ page, open, expectTrouble }) => {
      expectTrouble(away);
      const orders = world.service("orders").process;
      await open("/");
      await page.getByRole("button", { name: "Add Stew" }).click();
      await page.getByLabel("Note to the kitchen").fill("No onions, please");
      await orders.kill();
      await page.getByRole("button", { name: "Order 1 dish" }).click();
      await page.getByText("No answer yet, trying again").first().waitFor();
      expect(await page.getByLabel("Note to the kitchen").inputValue()).toBe("No onions, please");

      // The kitchen is away meanwhile, so that the order's page has something to wait for.
      const kitchen = world.service("inventory").process;
      kitchen.pause();
      try {
        await orders.restart();
        await heading(page, received).waitFor();
        await page.getByText(/^Live/).first().waitFor();
        await orders.kill();
        await page.getByText(/^Reconnecting, last update \d\d:\d\d/).waitFor();
        await heading(page, received).waitFor();
        await orders.restart();
      } finally {
        kitchen.resume();
      }
      await heading(page, confirmed).waitFor();

      expect(await ordersBeside(page, world)).toHaveLength(1);
    }));

  test("of the network: the page says so, and the order goes out when it is back", () =>
    visit(world.url, async ({ context, page, open, expectTrouble }) => {
      expectTrouble(/net::ERR_/);
      await open("/");
      await page.getByRole("button", { name: "Add Stew" }).click();
      await context.setOffline(true);
      await page.getByText("You are offline.").waitFor();
      await page.getByRole("button", { name: "Order 1 dish" }).click();
      await page.getByText("No answer yet, trying again").first().waitFor();
      await context.setOffline(false);

      await heading(page, confirmed).waitFor();
      expect(await ordersBeside(page, world)).toHaveLength(1);
    }));
});

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });
