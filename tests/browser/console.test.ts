import { afterAll, beforeAll, expect, test } from "bun:test";
import { describeInBrowser } from "./describe-in-browser.ts";
import { visit } from "./visit.ts";
import { openWebWorld, type WebWorld } from "./web-world.ts";

describeInBrowser("the console", () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await openWebWorld({ settings: { orders: { DEMO: "on" } } });
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  test("leads an operator from the overview to a dead letter, and its repair confirms the order", async () => {
    const id = await stuckOrder();
    await visit(world.url, async ({ page: customer, open: openOrder }) => {
      await openOrder(`/orders/${id}`);
      const heading = (name: string) => customer.getByRole("heading", { level: 1, name });
      await heading("We have your order.").waitFor();

      await visit(
        world.url,
        async ({ page, open }) => {
          await open("/console");
          await page.getByRole("link", { name: "Review and repair" }).click();
          await page
            .getByRole("heading", { name: /OrderCreated/ })
            .first()
            .waitFor();
          await page.getByText(`order/${id}, version 1`).waitFor();
          await page.getByRole("button", { name: "Edit and redrive" }).click();
          await page.getByLabel("items[0].quantity").fill("1");
          await page.getByRole("button", { name: "Check it" }).click();
          await page.getByText("The contract allows it").waitFor();
          await page.getByLabel("Why are you changing it?").fill("The sender lost a byte.");
          await page.getByRole("button", { name: "Redrive as edited" }).click();
          await page.getByText("was handled as edited").waitFor();

          await page.goto("/console");
          await page.getByText("Nothing. Whatever fails").waitFor();
          await page.goto("/console/audit");
          await page.getByText("The sender lost a byte.").first().waitFor();
        },
        { as: "operator" },
      );

      await heading("Confirmed. It’s yours.").waitFor();
    });
  });

  test("tells a customer who may come in, and offers to sign in as somebody else", () =>
    visit(
      world.url,
      async ({ page, open }) => {
        await open("/console");
        await page.getByRole("heading", { name: "The console is for operators" }).waitFor();
        await page.getByRole("button", { name: "Sign in as somebody else" }).waitFor();
      },
      { as: "customer" },
    ));

  async function stuckOrder(): Promise<number> {
    const { status, body } = await world.call("POST", "/ops/orders/v1/demo/unreadable-orders", {
      token: await world.tokenOf("operator"),
      body: { userId: "guest-stuck", sku: "pizza", quantity: 1, deadlineSeconds: 86_400 },
    });
    expect(status).toBe(201);
    return body.id;
  }
});
