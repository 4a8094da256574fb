import { beforeAll, beforeEach, expect, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { Page, Route } from "playwright-core";
import { untilSaid } from "./announcements.ts";
import { describeInBrowser } from "./describe-in-browser.ts";
import { pressByKeyboard } from "./keyboard.ts";
import { layoutShifts } from "./layout-shifts.ts";
import { publishedEvent } from "./published-event.ts";
import { sharedWorld } from "./shared-world.ts";
import { visit } from "./visit.ts";
import type { WebWorld } from "./web-world.ts";

const CAPACITY = 3;
const createHold = "**/bookings.v1.BookingsService/CreateHold";

describeInBrowser("booking", () => {
  let world: WebWorld;
  let path: string;
  let eventId: string;
  beforeAll(async () => {
    world = await sharedWorld();
  });
  beforeEach(async () => {
    eventId = await publishedEvent(world, { capacity: CAPACITY });
    path = `/events/${eventId}/book`;
  });

  test("holds seats while the clock runs, through a reload and in a second tab, and books them", () =>
    visit(world.url, async ({ page, open, openTab }) => {
      await open(path);
      await holdButton(page, 2).waitFor();
      await layoutShifts(page);
      await someoneBooks(1);
      await page.getByText("1 taken").waitFor();
      expect(await layoutShifts(page)).toEqual([]);
      await holdButton(page, 2).click();
      await confirmButton(page, 2).waitFor();
      await untilSaid(page, /seats?/, [/^status: 2 seats are held for you until \d\d:\d\d\.$/]);
      const before = await secondsLeft(page);
      await page.reload();
      await confirmButton(page, 2).waitFor();
      const after = await secondsLeft(page);
      expect(after).toBeLessThanOrEqual(before);
      expect(after).toBeGreaterThan(0);
      expect(await availability()).toMatchObject({ held: 2, booked: 1, left: 0 });

      const other = await openTab(path);
      await confirmButton(other, 2).click();
      await other.getByText("2 seats for Opera Aida are yours.").waitFor();
      await page.getByText("2 seats for Opera Aida are yours.").waitFor();
      await untilSaid(page, /seats?/, [/^status: Booked: 2 seats for Opera Aida\.$/]);

      expect(await availability()).toMatchObject({ held: 0, booked: 3, left: 0 });
    }));

  test("says what is still free when somebody was quicker, and takes that", () =>
    visit(world.url, async ({ page, open, expectTrouble }) => {
      expectTrouble(/\/CreateHold 4\d\d$/);
      await open(path);
      // The other one books between the press and its arrival.
      const bookFirst = async (route: Route) => {
        await someoneBooks(2);
        await route.continue();
      };
      await page.route(createHold, bookFirst, { times: 1 });
      await holdButton(page, 2).click();
      await page.getByText("Someone was quicker").waitFor();
      await page.getByText("You asked for 2 seats, and 1 seat is free now.").waitFor();
      await untilSaid(page, /quicker/, [/^alert: Someone was quicker ?You asked for 2 seats/]);
      // One next step, and the button below it does not compete.
      expect(await page.locator("main .btn--primary").count()).toBe(1);
      await page.getByRole("button", { name: "Hold 1 seat instead" }).click();
      await confirmButton(page, 1).click();
      await page.getByText("1 seat for Opera Aida is yours.").waitFor();

      expect(await availability()).toMatchObject({ held: 0, booked: 3, left: 0 });
    }));

  test("books once when bookings go away while it confirms, and goes on by itself", () =>
    visit(world.url, async ({ page, open, expectTrouble }) => {
      expectTrouble(/50[234]$|net::ERR_/);
      await open(path);
      await holdButton(page, 2).click();
      await confirmButton(page, 2).waitFor();
      const bookings = world.service("bookings").process;
      await bookings.kill();
      await confirmButton(page, 2).click();
      await page.getByText("Bookings are not answering").waitFor();
      await page.getByText("Asking again cannot book them twice.").waitFor();
      await bookings.restart();
      await page.getByText("2 seats for Opera Aida are yours.").waitFor();

      expect(await availability()).toMatchObject({ held: 0, booked: 2 });
    }));

  test("lets seats go again", () =>
    visit(world.url, async ({ page, open }) => {
      await open(path);
      await holdButton(page, 2).click();
      await page.getByRole("button", { name: "Let them go" }).click();
      await holdButton(page, 2).waitFor();

      expect(await availability()).toMatchObject({ held: 0, booked: 0, left: 3 });
    }));

  test("works by keyboard alone", () =>
    visit(world.url, async ({ page, open }) => {
      await open(path);
      await holdButton(page, 2).waitFor();
      await pressByKeyboard(page, /^Hold 2 seats/);
      await confirmButton(page, 2).waitFor();
      await pressByKeyboard(page, /^Confirm 2 seats$/);
      await page.getByText("2 seats for Opera Aida are yours.").waitFor();
    }));

  test("says that a hold has ended, and holds again", async () => {
    await world.restart("bookings", { HOLD_FOR: "5s" });
    try {
      await visit(world.url, async ({ page, open }) => {
        await open(path);
        await holdButton(page, 2).click();
        await page
          .getByText(/The 2 seats went back at \d\d:\d\d\./)
          .first()
          .waitFor();
        await untilSaid(page, /ended/, [/^status: Your hold has ended\. The 2 seats went back/]);
        await holdButton(page, 2).waitFor();

        await eventually(async () =>
          expect(await availability()).toMatchObject({ held: 0, left: 3 }),
        );
      });
    } finally {
      await world.restart("bookings");
    }
  });

  async function availability() {
    return (await world.call("GET", `/events/${eventId}/availability`)).body;
  }

  async function someoneBooks(seats: number): Promise<void> {
    const body = { seats, userId: "somebody-quicker" };
    const { status } = await world.call("POST", `/events/${eventId}/bookings`, { body });
    expect(status).toBe(201);
  }
});

const holdButton = (page: Page, seats: number) =>
  page.getByRole("button", { name: new RegExp(`^Hold ${seats} seats? for`) });
const confirmButton = (page: Page, seats: number) =>
  page.getByRole("button", { name: new RegExp(`^Confirm ${seats} seats?$`) });

async function secondsLeft(page: Page): Promise<number> {
  const text = await page.getByRole("timer").textContent();
  const [, minutes, seconds] = /^(\d+):(\d+)$/.exec(text ?? "") ?? [];
  return Number(minutes) * 60 + Number(seconds);
}
