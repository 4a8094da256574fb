import { beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { describeInBrowser } from "./describe-in-browser.ts";
import { publishedEvent } from "./published-event.ts";
import { sharedWorld } from "./shared-world.ts";
import { type Visit, visit } from "./visit.ts";
import type { WebWorld } from "./web-world.ts";

const ALL_THAT_IS_KEPT = "JSON.stringify(localStorage)";

describeInBrowser("an account", () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await sharedWorld();
  });

  test("leads from signing up to a ticket that is let in once", async () => {
    await publishedEvent(world, { name: "The Magic Flute" });
    const [email, password] = ["ada@example.test", "a short sentence"];
    let bookingId = "";
    const signUpAndBook = async ({ page, open, context, expectTrouble }: Visit) => {
      await open("/events");
      await page
        .getByRole("link", { name: /^Sign in$/ })
        .first()
        .click();
      await page
        .getByRole("link", { name: /create (an )?account/i })
        .first()
        .click();
      await page.getByLabel("Your name").fill("Ada Lovelace");
      await page.getByLabel("Email").fill(email);
      await page.getByLabel("Password", { exact: true }).fill(password);
      await page.getByRole("button", { name: "Create account" }).click();
      await page.waitForURL((url) => !url.pathname.startsWith("/sign-"));
      await page.getByRole("link", { name: "Account of Ada Lovelace" }).waitFor();

      await page.goto("/events");
      await page.getByRole("link", { name: /^Book The Magic Flute/ }).click();
      await page.getByRole("button", { name: /^Hold 2 seats/ }).click();
      await page.getByRole("button", { name: "Confirm 2 seats" }).click();
      await page.getByRole("link", { name: "Show my ticket" }).click();
      const code = page.getByRole("img", { name: /ticket|code/i }).first();
      await code.waitFor();

      expect((await code.boundingBox())?.width ?? 0).toBeGreaterThanOrEqual(184);
      bookingId = new URL(page.url()).pathname.replace("/bookings/", "");
      await page.getByText("Saved, works offline").waitFor();
      expect(await notInstallable(page)).toEqual([]);
      await opensWithoutNetwork({ page, open, context, expectTrouble });

      await page.goto("/account");
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "You are a guest." }).waitFor();
      expect(await page.evaluate<string>(ALL_THAT_IS_KEPT)).not.toContain("The Magic Flute");
    };
    await visit(world.url, signUpAndBook, { keepsApp: true });

    const { body: signedIn } = await world.call("POST", "/api/login", {
      body: { email, password },
    });
    const { body } = await world.call("POST", "/bookings.v1.BookingsService/GetTicket", {
      token: signedIn.token,
      body: { bookingId },
    });
    await visit(
      world.url,
      async ({ page, open, expectTrouble }) => {
        expectTrouble(/\/VerifyTicket 4\d\d$/);
        await open("/check-in");
        // As a scanner does it: the field has the focus, and Enter follows. Each key takes its time.
        const check = async (ticket: string, answer: string) => {
          await page.keyboard.insertText(ticket.slice(0, -4));
          await page.keyboard.type(ticket.slice(-4));
          await page.keyboard.press("Enter");
          await page.getByRole("status").getByText(answer).waitFor();
        };
        await page.getByLabel("Ticket").waitFor();
        await check(body.ticket, "Welcome, 2 seats");
        await check(body.ticket, "Used already");
        await check("anything else", "Not a ticket of ours");
      },
      { as: "operator" },
    );
  });

  test("says nothing about which of email and password was wrong, and keeps what was typed", () =>
    visit(world.url, async ({ page, open, expectTrouble }) => {
      expectTrouble(/POST \/api\/login 401$/);
      await open("/sign-in");
      await page.getByLabel("Email").fill("nobody@example.test");
      await page.getByLabel("Password", { exact: true }).fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("That email and password don’t match").waitFor();

      expect(await page.getByLabel("Email").inputValue()).toBe("nobody@example.test");
    }));

  test("is signed out in every tab at once", () =>
    visit(
      world.url,
      async ({ page, open, openTab }) => {
        await open("/account");
        const other = await openTab("/account");
        await other.getByRole("button", { name: "Sign out" }).click();
        await other.getByRole("heading", { name: "You are a guest." }).waitFor();
        await page.getByRole("heading", { name: "You are a guest." }).waitFor();
      },
      { as: "customer" },
    ));
});

/** The ticket's page is open, and its app is kept. */
async function opensWithoutNetwork({
  page,
  open,
  context,
  expectTrouble,
}: Pick<Visit, "page" | "open" | "context" | "expectTrouble">): Promise<void> {
  const code = page.getByRole("img", { name: "Code of the ticket for The Magic Flute" });
  expectTrouble(/net::ERR_INTERNET_DISCONNECTED/);
  await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)");
  await context.setOffline(true);
  await page.reload();
  await page.getByText("This is the ticket as it was saved").waitFor();
  await code.waitFor();
  await open("/bookings");
  await page.getByText("Saved earlier").waitFor();
  await code.waitFor();
  await context.setOffline(false);
  await page.getByText("Saved, works offline").waitFor();
}

/** Why a phone would not offer to install the app. */
async function notInstallable(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // A visit is a window that leaves nothing behind.
  return installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito");
}
