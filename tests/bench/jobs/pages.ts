import { findBrowser } from "@app/dev/browser.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { CDPSession, Page } from "playwright-core";
import { visit } from "../../browser/visit.ts";
import { openWebWorld } from "../../browser/web-world.ts";
import type { Bench } from "../bench.ts";
import type { Contender, Job, Row } from "../job.ts";

const PAINT_MAX_MS = 60_000;
const DISHES_MAX = 4;

interface Device {
  readonly name: string;
  readonly width: 360 | 1280;
  /** Slowed down, where it is no computer like this one. */
  readonly slowed?: {
    readonly processor: number;
    readonly roundTripMs: number;
    readonly bytesPerSecond: number;
  };
}

const devices: readonly Device[] = [
  { name: "a computer", width: 1280 },
  {
    // What Lighthouse takes for a usual phone: a fourth of the processor, slow 4G.
    name: "a phone",
    width: 360,
    slowed: { processor: 4, roundTripMs: 150, bytesPerSecond: 1.6e6 / 8 },
  },
];

/** What a customer waits for: the first page of somebody who was never here, and what a press shows. */
export const pages: Job = {
  name: "x",
  title: "pages: the first one, and presses on it, in Chromium with the demo's data",
  seconds: (plan) => 30 + (plan.rounds + 1) * (plan.short ? 6 : 12),

  async open(bench) {
    if (!findBrowser())
      return { contenders: [], rows: [], skipped: ["no Chromium here"], ...closed };
    await using opened = new AsyncDisposableStack();
    await shareServers(bench, opened);
    const world = opened.use(await openWebWorld({ demo: true }));
    const contenders = devices.map((device) => visitor(world.url, device));
    for (const contender of contenders) await contender.run();
    const owned = opened.move();
    return {
      contenders,
      rows: contenders.flatMap(rowsOf),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

const closed = { [Symbol.asyncDispose]: () => Promise.resolve() };

/** The browser tests' services use the bench's servers, whose processor time is counted. */
async function shareServers(bench: Bench, opened: AsyncDisposableStack): Promise<void> {
  const broker = opened.use(await bench.broker());
  process.env.QUICKBITE_TEST_DATABASE_URL ||= bench.postgres.url;
  process.env.QUICKBITE_TEST_NATS_URL ||= broker.url;
}

const rowsOf = ({ name }: Contender): readonly Row[] => [
  {
    name: `${name}: largest paint of the menu, nothing cached`,
    contender: name,
    figure: "paintMs",
    unit: "ms",
    target: { kind: "most", first: 2_000 },
  },
  {
    name: `${name}: slowest press, until what it did is painted`,
    contender: name,
    figure: "pressMs",
    unit: "ms",
    target: { kind: "most", first: 100 },
  },
  {
    name: `${name}: all that the first page loads`,
    contender: name,
    figure: "kibibytes",
    unit: "KiB",
  },
];

function visitor(url: string, { name, width, slowed }: Device): Contender {
  return {
    name,
    async run() {
      let figures = { paintMs: 0, pressMs: 0, kibibytes: 0 };
      await visit(
        url,
        async ({ context, page, open }) => {
          await context.addInitScript(OBSERVER_SCRIPT);
          const session = await context.newCDPSession(page);
          if (slowed) await slowDown(session, slowed);
          await open("/");
          await page.getByRole("button", { name: /^Add / }).first().waitFor();
          await page.waitForLoadState("load");
          // Once somebody presses something, no paint is larger than those before.
          const paintMs = await largestPaint(page);
          const kibibytes = await page.evaluate<number>(LOADED_SCRIPT);
          await pressAround(page);
          const pressMs = await told(page, "pressMs");
          figures = { paintMs, pressMs, kibibytes };
        },
        { width },
      );
      return { figures, done: 0, counts: async () => ({}) };
    },
  };
}

async function slowDown(
  session: CDPSession,
  { processor, roundTripMs, bytesPerSecond }: NonNullable<Device["slowed"]>,
): Promise<void> {
  await session.send("Emulation.setCPUThrottlingRate", { rate: processor });
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: roundTripMs,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
}

/** Runs before the page's own scripts. What takes less than 16 ms no browser tells: it counts as 16. */
const OBSERVER_SCRIPT = `
  window.measured = { paintMs: 0, pressMs: 16 };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) measured.paintMs = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries())
      if (interactionId) measured.pressMs = Math.max(measured.pressMs, duration);
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
`;

const LOADED_SCRIPT = `performance.getEntriesByType("resource")
  .concat(performance.getEntriesByType("navigation"))
  .reduce((sum, { transferSize }) => sum + transferSize, 0) / 1024`;

const largestPaint = (page: Page) =>
  eventually(async () => (await told(page, "paintMs")) || false, { deadlineMs: PAINT_MAX_MS });

/** Fills the basket, searches, and looks at another page, as customers do. */
async function pressAround(page: Page): Promise<void> {
  const add = page.getByRole("button", { name: /^Add / });
  const dishes = Math.min(DISHES_MAX, await add.count());
  for (let dish = 0; dish < dishes; dish += 1) await add.nth(dish).click();
  await page.getByRole("searchbox").first().pressSequentially("bur");
  await page.getByRole("link", { name: "Orders" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
}

/** A figure of the page's observers, who hear of a frame after it. */
const told = (page: Page, figure: "paintMs" | "pressMs") =>
  page.evaluate<number>(
    `new Promise((go) => requestAnimationFrame(() => setTimeout(go))).then(() => measured.${figure})`,
  );
