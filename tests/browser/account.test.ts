import { beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { describeInBrowser } from "./describe-in-browser.ts";
import { publishedEvent } from "./published-event.ts";
import { sharedWorld } from "./shared-world.ts";
import { signIn } from "./sign-in.ts";
import { type Visit, visit } from "./visit.ts";
import type { WebWorld } from "./web-world.ts";

const ALL_THAT_IS_KEPT = "JSON.stringify(localStorage)";
const CODE_READER =
  "globalThis.BarcodeDetector = class { detect() { return Promise.resolve([]); } }";

describeInBrowser("an account", () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await sharedWorld();
  });

  test("leads from signing up to a ticket that opens without a network", async () => {
    await publishedEvent(world, { name: "The Magic Flute" });
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
      await page.getByLabel("Email").fill("ada@example.test");
      await page.getByLabel("Password", { exact: true }).fill("a short sentence");
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
      await page.getByText("Saved, works offline").waitFor();
      expect(await calendarFileOn(page)).toContain("\r\nSUMMARY:The Magic Flute\r\n");
      expect(await notInstallable(page)).toEqual([]);
      await opensWithoutNetwork({ page, open, context, expectTrouble });

      await page.goto("/account");
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "You are a guest." }).waitFor();
      expect(await page.evaluate<string>(ALL_THAT_IS_KEPT)).not.toContain("The Magic Flute");

      await page.goto("/sign-in?back=/account");
      await page.getByLabel("Email").fill("ada@example.test");
      await page.getByLabel("Password", { exact: true }).fill("a short sentence");
      await page.getByRole("button", { name: "Sign in" }).click();
      expectTrouble(/POST \/api\/me\/delete 4\d\d$/);
      const proof = page.getByLabel("Password of this account");
      await proof.fill("not the password");
      await page.getByRole("button", { name: "Delete account" }).click();
      await page.getByText("That is not your present password.").waitFor();
      await proof.fill("a short sentence");
      await page.getByRole("button", { name: "Delete account" }).click();
      await page.getByRole("heading", { name: "You are a guest." }).waitFor();
      await page.getByText("Your account is deleted.").waitFor();
      const again = await world.call("POST", "/api/login", {
        body: { email: "ada@example.test", password: "a short sentence" },
      });
      expect(again.status).toBe(401);
    };
    await visit(world.url, signUpAndBook, { keepsApp: true });
  });

  test("of staff lets each ticket in once, and without a network tells the service later", async () => {
    const eventId = await publishedEvent(world);
    const [first, second] = [await newTicket(eventId, 2), await newTicket(eventId, 1)];
    const atTheDoor = async ({ page, open, context, expectTrouble }: Visit) => {
      expectTrouble(/\/VerifyTicket 4\d\d$|net::ERR_INTERNET_DISCONNECTED/);
      await open("/check-in");
      // As a scanner does it: the field has the focus, and Enter follows. Each key takes its time.
      const check = async (ticket: string, answer: string) => {
        await page.keyboard.insertText(ticket.slice(0, -4));
        await page.keyboard.type(ticket.slice(-4));
        await page.keyboard.press("Enter");
        await page.getByRole("status").getByText(answer, { exact: true }).waitFor();
      };
      const camera = page.getByRole("button", { name: "Use the camera" });
      await page.getByLabel("Ticket").waitFor();
      await check(first, "Welcome, 2 seats");
      await check(first, "Used already");
      expect(await camera.count()).toBe(0);
      // From here on the browser could read codes, and has no camera to read them with.
      await page.evaluate(CODE_READER);
      await check("anything else", "Not a ticket of ours");
      await camera.click();
      await page.getByText("The camera cannot be used").first().waitFor();

      await page.getByText("This device can check signatures").waitFor();
      await context.setOffline(true);
      await page.getByLabel("Ticket").focus();
      await check(second, "The ticket is ours");
      await page.getByRole("button", { name: "Let in and tell the service later" }).click();
      await page.getByText("1 guest let in and not told yet").waitFor();
      await check(second, "Shown at this door before");
      await context.setOffline(false);
      await page.getByText("1 guest let in and not told yet").waitFor({ state: "hidden" });
      await check(second, "Used already");
    };
    await visit(world.url, atTheDoor, { as: "operator" });
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

  test("leaves what a guest held and booked to the guest, and shows it in this browser", async () => {
    const eventId = await publishedEvent(world);
    await visit(world.url, async ({ page, open, expectTrouble }) => {
      // The account has no such booking.
      expectTrouble(/\/GetBooking 404$/);
      await open(`/events/${eventId}/book`);
      await page.getByRole("button", { name: /^Hold 2 seats/ }).click();
      await page.getByRole("button", { name: "Confirm 2 seats" }).waitFor();
      await signIn(page, "customer");
      await open("/bookings");
      await page.getByRole("heading", { name: "Made as a guest in this browser" }).waitFor();
      await page.getByRole("link", { name: /2 seats held for Opera Aida/ }).click();
      await page.getByText("You took these seats as a guest").waitFor();
      await page.getByRole("button", { name: "Confirm 2 seats" }).click();
      await page.getByRole("link", { name: "Show my ticket" }).click();
      await page.getByText("Made as a guest in this browser").waitFor();
      await page.getByRole("img", { name: "Code of the ticket for Opera Aida" }).waitFor();
    });

    const token = await world.tokenOf("customer");
    const { body } = await world.call("GET", "/api/me/bookings", { token });
    const ofAccount: readonly { readonly eventId: string }[] = body.bookings;
    expect(ofAccount.filter((booking) => booking.eventId === eventId)).toEqual([]);
  });

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

  /** The ticket of somebody who has booked seats. */
  async function newTicket(eventId: string, seats: number): Promise<string> {
    const token = await world.tokenOf("organiser");
    const path = `/events/${eventId}/bookings`;
    const { body: booking } = await world.call("POST", path, { token, body: { seats } });
    const { body } = await world.call("POST", "/bookings.v1.BookingsService/GetTicket", {
      token,
      body: { bookingId: booking.id },
    });
    return body.ticket;
  }
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
  await page.getByText("This is the ticket as it was saved").first().waitFor();
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

async function calendarFileOn(page: Page): Promise<string> {
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Add to calendar" }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe("the-magic-flute.ics");
  return Bun.file(await file.path()).text();
}
