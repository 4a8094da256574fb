import { beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { addDish } from "./add-dish.ts";
import { untilSaid } from "./announcements.ts";
import { describeInBrowser } from "./describe-in-browser.ts";
import { pressByKeyboard, tabTo } from "./keyboard.ts";
import { layoutShifts } from "./layout-shifts.ts";
import { orderOn, ordersBeside } from "./orders-of-browser.ts";
import { loadedScripts } from "./scripts.ts";
import { sharedWorld } from "./shared-world.ts";
import { signIn } from "./sign-in.ts";
import { visit } from "./visit.ts";
import type { WebWorld } from "./web-world.ts";

const received = "We have your order.";
const confirmed = "Confirmed. It’s yours.";

describeInBrowser("ordering", () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await sharedWorld();
    await addDish(world, "soup", { available: 100 });
    await addDish(world, "cake", { available: 3 });
  });

  test("goes from the menu to a confirmed order, live, and nothing moves", () =>
    visit(world.url, async ({ page, open }) => {
      await open("/");
      await page.getByRole("button", { name: "Add Soup" }).click();
      await page.getByLabel("Note to the kitchen").fill("Very hot, please");
      // The kitchen is held up, so that the page is seen waiting.
      const kitchen = world.service("inventory").process;
      kitchen.pause();
      try {
        await order(page);
        await heading(page, received).waitFor();
        await page.getByText("Now: Confirming stock").waitFor();
        expect(await focused(page)).toBe(received);
        await layoutShifts(page);
      } finally {
        kitchen.resume();
      }
      await heading(page, confirmed).waitFor();

      expect(await layoutShifts(page)).toEqual([]);
      expect(await focused(page)).toBe(confirmed);
      await untilSaid(page, /Soup/, [/^status: 1 × Soup is set aside for you, and the kitchen/]);
      expect(await orderOn(page, world)).toMatchObject({
        status: "CONFIRMED",
        items: [{ sku: "soup", quantity: 1 }],
        note: "Very hot, please",
      });
      await page.reload();
      await heading(page, confirmed).waitFor();
      await page.getByRole("link", { name: "Orders" }).first().click();
      await page.getByRole("listitem").filter({ hasText: "1 × Soup" }).waitFor();

      await signIn(page, "customer");
      await open("/orders");
      const before = page.getByRole("region", { name: "Made as a guest in this browser" });
      await before.getByRole("link", { name: /^Order \d+/ }).click();
      await page.getByText("this order is not in your account").waitFor();
      await heading(page, confirmed).waitFor();
    }));

  test("orders once however often the button is pressed", () =>
    visit(world.url, async ({ page, open }) => {
      await open("/");
      await page.getByRole("button", { name: "Add Soup" }).click();
      await orderButton(page).dblclick();
      await heading(page, confirmed).waitFor();

      expect(await ordersBeside(page, world)).toHaveLength(1);
    }));

  test("orders once when the answer is lost, the page reloaded and the button pressed again", () =>
    visit(world.url, async ({ page, open, expectTrouble }) => {
      await open("/");
      await page.getByRole("button", { name: "Add Soup" }).click();
      // The order comes through, and its answer does not.
      const answered = Promise.withResolvers<void>();
      let lost = false;
      await page.route("**/orders.v1.OrdersService/CreateOrder", async (route) => {
        if (lost) return route.continue();
        lost = true;
        await route.fetch();
        answered.resolve();
      });
      await order(page);
      await answered.promise;
      // The call is still held here, and goes down with the page. The route stays: taken away while a
      // page loads, it takes some of what is loading with it.
      await page.reload();
      await page.getByText("You sent this order and saw no answer").waitFor();
      await order(page);
      await heading(page, confirmed).waitFor();

      expect(await ordersBeside(page, world)).toHaveLength(1);
      expectTrouble(/^failed: POST \/orders\.v1\.OrdersService\/CreateOrder/);
    }));

  test("says live that a dish was sold out meanwhile, which one failed, and orders the rest", () =>
    visit(world.url, async ({ page, open }) => {
      await open("/");
      await page.getByRole("button", { name: "Add Soup" }).click();
      await page.getByRole("button", { name: "Add Cake" }).click();
      await untilLive(page);
      await layoutShifts(page);
      await takeAll("cake", 3);
      const line = basket(page).getByRole("listitem").filter({ hasText: "Cake" });
      await line.getByText("Sold out").waitFor();
      await page.getByText("Someone was quicker").waitFor();
      await untilSaid(page, /quicker/, [/^alert: Someone was quicker/]);
      expect(await layoutShifts(page)).toEqual([]);
      const dish = page
        .locator("#main")
        .getByRole("listitem")
        .filter({ hasText: "Sold out for now" });
      expect(await dish.count()).toBe(1);

      await order(page);
      await heading(page, "We couldn’t make this one.").waitFor();
      await page.getByText("There is not enough Cake left").first().waitFor();
      await page.getByRole("button", { name: "Order without Cake" }).click();
      await heading(page, confirmed).waitFor();

      expect(await orderOn(page, world)).toMatchObject({ items: [{ sku: "soup", quantity: 1 }] });
    }));

  test("cancels after asking, and puts the dishes back", () =>
    visit(world.url, async ({ page, open }) => {
      await open("/");
      await page.getByRole("button", { name: "Add Soup" }).click();
      await order(page);
      await heading(page, confirmed).waitFor();
      await page.getByRole("button", { name: "Cancel order" }).click();
      const dialog = page.getByRole("dialog", { name: "Cancel this order?" });
      await dialog.getByRole("button", { name: /^Cancel order/ }).click();
      await heading(page, "This order is cancelled.").waitFor();

      expect(await orderOn(page, world)).toMatchObject({ status: "CANCELLED" });
    }));

  test("keeps the basket through a reload, and shows it in another tab", () =>
    visit(world.url, async ({ page, open, openTab }) => {
      await open("/");
      await page.getByRole("button", { name: "Add Soup" }).click();
      await page.getByLabel("Note to the kitchen").fill("No salt");
      const other = await openTab("/");
      await basket(other).getByRole("button", { name: "One more" }).click();

      await basket(page).getByText("2", { exact: true }).waitFor();
      await page.reload();
      await orderButton(page, "Order 2 dishes").waitFor();
      expect(await page.getByLabel("Note to the kitchen").inputValue()).toBe("No salt");
    }));

  test("works on a phone", () =>
    visit(
      world.url,
      async ({ page, open }) => {
        await open("/");
        await page.getByRole("button", { name: "Add Soup" }).tap();
        await orderButton(page).tap();
        await heading(page, confirmed).waitFor();
      },
      { width: 360 },
    ));

  test("works by keyboard alone, and shows where the focus is", () =>
    visit(world.url, async ({ page, open }) => {
      await open("/");
      await page.getByRole("button", { name: "Add Soup" }).waitFor();
      await pressByKeyboard(page, /^Add Soup$/);
      await orderButton(page).waitFor();
      await tabTo(page, /^Note to the kitchen$/);
      await page.keyboard.type("With a spoon");
      await pressByKeyboard(page, /^Order 1 dish$/);
      await heading(page, confirmed).waitFor();

      expect(await orderOn(page, world)).toMatchObject({ note: "With a spoon" });
      await pressByKeyboard(page, /^Cancel order$/);
      await page.getByRole("dialog").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
    }));

  test("begins with under 200 KB of script, and nothing of the console", () =>
    visit(world.url, async ({ page, open, openTab }) => {
      await open("/");
      await page.getByRole("button", { name: "Add Soup" }).waitFor();
      const scripts = await loadedScripts(page);

      expect(scripts.length).toBeGreaterThan(1);
      const bytes = scripts.reduce((sum, { compressedBytes }) => sum + compressedBytes, 0);
      expect(bytes).toBeGreaterThan(10_000);
      expect(bytes).toBeLessThan(200_000);
      const ofConsole = new Set(
        (await loadedScripts(await openTab("/console"))).map(({ path }) => path),
      );
      const shared = scripts.filter(({ path }) => ofConsole.has(path));
      // What both apps need is in both, and neither is whole in the other.
      expect(shared.length).toBeLessThan(ofConsole.size);
      expect(scripts.some(({ path }) => /console/.test(path))).toBe(false);
    }));

  async function takeAll(sku: string, quantity: number): Promise<void> {
    const { status } = await world.call("POST", "/v1/orders", {
      body: { userId: "somebody-quicker", sku, quantity },
      headers: { prefer: "wait=30" },
    });
    expect(status).toBe(201);
  }
});

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });
const basket = (page: Page) => page.getByRole("complementary", { name: "Your basket" });
const orderButton = (page: Page, name: string | RegExp = /^Order \d+ dish/) =>
  page.getByRole("button", { name });

const focused = (page: Page) => page.evaluate<string>("document.activeElement.textContent");

async function order(page: Page): Promise<void> {
  await orderButton(page).click();
}

async function untilLive(page: Page): Promise<void> {
  await page.getByText(/^Live/).first().waitFor();
}
