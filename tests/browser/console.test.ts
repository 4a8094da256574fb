import { afterEach, beforeAll, expect, test } from "bun:test";
import { demoPeople } from "@app/platform/demo-people.ts";
import { SESSION_COOKIE } from "@app/platform/token-claims.ts";
import { describeInBrowser } from "./describe-in-browser.ts";
import { sharedWorld } from "./shared-world.ts";
import { visit } from "./visit.ts";
import type { WebWorld } from "./web-world.ts";

describeInBrowser("the console", () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await sharedWorld();
  });
  // A letter that a test leaves would be a second one on the pages of the next.
  afterEach(discardLetters);

  test("leads an operator from the overview to a dead letter, and its repair confirms the order", async () => {
    const id = await stuckOrder();
    await visit(world.url, async ({ page: customer, open: openOrder }) => {
      await openOrder(`/orders/${id}`);
      const heading = (name: string) => customer.getByRole("heading", { level: 1, name });
      await heading("We have your order.").waitFor();

      await visit(
        world.url,
        async ({ page, open }) => {
          // That there are letters is known before which: meanwhile nobody says that nothing waits.
          const told = Promise.withResolvers<void>();
          await page.route("**/dead-letters/groups", async (route) => {
            await told.promise;
            await route.continue();
          });
          await open("/console");
          await page.getByText(/^\d+ new in the last hour$/).waitFor();
          await page.getByText("Asking every service.").waitFor();
          told.resolve();
          await page.getByRole("link", { name: "Review and repair" }).first().click();
          await page
            .getByRole("heading", { name: /OrderCreated/ })
            .first()
            .waitFor();
          // Each who listens has a letter of its own.
          for (const consumer of ["inventory-service", "reviews-service"]) {
            await page.goto(`/console/dead-letters?consumer=${consumer}`);
            await page.getByText(`order/${id}, version 1`).waitFor();
            await page.getByRole("button", { name: "Edit and redrive" }).click();
            await page.getByLabel("items[0].quantity").fill("1");
            await page.getByRole("button", { name: "Check it" }).click();
            await page.getByText("The contract allows it").first().waitFor();
            await page.getByLabel("Why are you changing it?").fill("The sender lost a byte.");
            await page.getByRole("button", { name: "Redrive as edited" }).click();
            await page.getByText("was handled as edited").waitFor();
          }

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
        await page.getByRole("heading", { name: "This account may not see" }).waitFor();
        await page.getByRole("button", { name: "Sign in as somebody else" }).waitFor();
      },
      { as: "customer" },
    ));

  test("shows a viewer all, lets it press nothing that acts, and says when the role was taken away", async () => {
    const id = await stuckOrder();
    await visit(
      world.url,
      async ({ page, open, context, expectTrouble }) => {
        await open("/console/dead-letters");
        await page.getByText(`order/${id}, version 1`).waitFor();
        await page.getByText("View only: acting needs the role operator").waitFor();
        for (const name of ["Redrive", "Edit and redrive", "Discard"])
          expect(await page.getByRole("button", { name, exact: true }).isDisabled()).toBe(true);
        await page
          .getByText(/^qb dlq redrive /)
          .first()
          .waitFor();

        const token = await world.tokenOf("operator");
        const account = `/ops/users/v1/users/${demoPeople.viewer.id}/roles`;
        const body = { roles: ["customer"] };
        expect(await world.call("POST", account, { token, body })).toMatchObject({ status: 200 });
        expectTrouble(/ 40[13]$/);
        // As when the token is over: the next one says what the account may do now.
        await context.clearCookies({ name: SESSION_COOKIE });

        await page.getByRole("heading", { name: "This account may not see" }).waitFor();
      },
      { as: "viewer" },
    );
  });

  async function discardLetters(): Promise<void> {
    const token = await world.tokenOf("operator");
    const body = { reason: "left by a test" };
    for (const service of ["inventory", "reviews"]) {
      const path = `/ops/${service}/v1/dead-letters`;
      const dead = await world.call("GET", `${path}?state=dead`, { token });
      for (const { id } of dead.body.deadLetters) {
        const { status } = await world.call("POST", `${path}/${id}/discard`, { token, body });
        if (status !== 200) throw new Error(`letter ${id} was not discarded: ${status}`);
      }
    }
  }

  async function stuckOrder(): Promise<number> {
    const { status, body } = await world.call("POST", "/ops/orders/v1/demo/unreadable-orders", {
      token: await world.tokenOf("operator"),
      body: { userId: "guest-stuck", sku: "pizza", quantity: 1, deadlineSeconds: 86_400 },
    });
    expect(status).toBe(201);
    return body.id;
  }
});
