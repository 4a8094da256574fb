import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { ANNOUNCEMENTS_SCRIPT } from "./announcements.ts";
import { openBrowser } from "./chromium.ts";
import { LAYOUT_SHIFTS_SCRIPT } from "./layout-shifts.ts";
import { patience } from "./patience.ts";
import { signIn } from "./sign-in.ts";
import { type Troubles, watchTroubles } from "./troubles.ts";
import type { DemoName } from "./web-calls.ts";

/** Somebody at a browser of their own: no cookie, no storage, nothing cached. */
export interface Visit extends Troubles {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Goes to a page of the web service, and waits until its heading stands there. */
  open(path: string): Promise<void>;
  /** The same in another tab. */
  openTab(path: string): Promise<Page>;
}

export interface VisitOptions extends Look {
  /** Lets the site keep its app for the time without a network, which costs each visit the whole of it. */
  readonly keepsApp?: boolean;
  /** Somebody of the demo, signed in; a guest without. */
  readonly as?: DemoName;
}

interface Look {
  readonly width?: Width;
  readonly theme?: Theme;
  /** Nothing moves then, which is how states are compared. */
  readonly still?: boolean;
}

export const widths = [360, 768, 1280] as const;
export const themes = ["light", "dark"] as const;
export type Width = (typeof widths)[number];
export type Theme = (typeof themes)[number];

const HEIGHTS: Readonly<Record<Width, number>> = { 360: 740, 768: 1024, 1280: 800 };
/** Makes it one of the browsers that have none. */
const NO_WORKERS_SCRIPT = "delete Navigator.prototype.serviceWorker;";
// What a page takes on a busy machine; where all is well nobody waits for it.
const ACTION_DEADLINE_MS = 30_000;
const EVIDENCE_DEADLINE_MS = 5_000;
const EVIDENCE_LINES_MAX = 20;
const EVIDENCE_TEXT_MAX = 1_500;

/** A visit that goes on until it is disposed of; what failed in it is told by its owner. */
export interface OpenVisit extends Visit, AsyncDisposable {
  /** Keeps what the browser shows in the temp directory, for whoever is to find out why a test failed. */
  keepEvidence(): Promise<void>;
}

/**
 * Lets somebody visit the web service at `url`. Afterwards it fails if the browser was in any trouble
 * that the test did not expect: an error in the console or of a script, a breach of the content
 * policy, a request that failed. When it fails, what the browser showed is kept in the temp directory.
 */
export async function visit(
  url: string,
  act: (visit: Visit) => Promise<void>,
  options: VisitOptions = {},
): Promise<void> {
  await using opened = await openVisit(url, options);
  await withEvidence(opened, act);
}

/** One act of a visit, which fails as `visit` does; what it expected is forgotten after it. */
export async function withEvidence(
  opened: OpenVisit,
  act: (visit: Visit) => Promise<void>,
): Promise<void> {
  try {
    await act(opened);
    opened.refuse();
  } catch (error) {
    await opened.keepEvidence();
    throw error;
  }
}

export async function openVisit(
  url: string,
  { as, keepsApp = false, ...look }: VisitOptions = {},
): Promise<OpenVisit> {
  const storageState = as && (await sessionOf(url, as));
  await using opened = new AsyncDisposableStack();
  const context = await openContext(url, { ...look, ...(storageState && { storageState }) });
  opened.defer(() => context.close());
  context.setDefaultTimeout(ACTION_DEADLINE_MS * patience);
  await context.addInitScript(LAYOUT_SHIFTS_SCRIPT);
  await context.addInitScript(ANNOUNCEMENTS_SCRIPT);
  if (!keepsApp) await context.addInitScript(NO_WORKERS_SCRIPT);
  const troubles = watchTroubles(context);
  const page = await context.newPage();
  const owned = opened.move();
  return {
    ...troubles,
    context,
    page,
    open: (path) => goTo(page, path),
    async openTab(path) {
      const tab = await context.newPage();
      await goTo(tab, path);
      return tab;
    },
    keepEvidence: () => keepEvidence(context, troubles),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openContext(
  url: string,
  {
    width = 1280,
    theme = "light",
    still = false,
    ...rest
  }: Look & Pick<BrowserContextOptions, "storageState">,
): Promise<BrowserContext> {
  const browser = await openBrowser();
  return browser.newContext({
    baseURL: url,
    viewport: { width, height: HEIGHTS[width] },
    colorScheme: theme,
    reducedMotion: still ? "reduce" : "no-preference",
    hasTouch: width === 360,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    ...rest,
  });
}

type Session = Awaited<ReturnType<BrowserContext["storageState"]>>;
const sessions = new Map<string, Promise<Session>>();

/** What a browser keeps of having signed in, once for each site and person: hashing takes its time. */
function sessionOf(url: string, person: DemoName): Promise<Session> {
  const key = `${person} ${url}`;
  const known = sessions.get(key) ?? newSession(url, person);
  sessions.set(key, known);
  return known;
}

async function newSession(url: string, person: DemoName): Promise<Session> {
  const context = await openContext(url, {});
  try {
    await context.addInitScript(NO_WORKERS_SCRIPT);
    await signIn(await context.newPage(), person);
    return await context.storageState();
  } finally {
    await context.close();
  }
}

async function goTo(page: Page, path: string): Promise<void> {
  await page.goto(path, { waitUntil: "domcontentloaded" });
  await page.getByRole("heading", { level: 1 }).first().waitFor();
}

/** A failure here must not hide the one that it is to explain. */
async function keepEvidence(context: BrowserContext, { log }: Troubles): Promise<void> {
  const directory = join(tmpdir(), "quickbite-browser", crypto.randomUUID());
  mkdirSync(directory, { recursive: true });
  const lines = [...log()];
  for (const [index, page] of context.pages().entries()) {
    lines.push(`page ${index + 1}: ${page.url()}`);
    try {
      const path = join(directory, `page-${index + 1}.png`);
      await page.screenshot({ path, fullPage: true, timeout: EVIDENCE_DEADLINE_MS });
      const text = await page.locator("main").textContent({ timeout: EVIDENCE_DEADLINE_MS });
      lines.push((text ?? "").replaceAll(/\s+/g, " ").slice(0, EVIDENCE_TEXT_MAX));
    } catch (error) {
      lines.push(`no picture of page ${index + 1}: ${error}`);
    }
  }
  await Bun.write(join(directory, "log.txt"), `${lines.join("\n")}\n`);
  console.error(`what the browser showed is in ${directory}`);
  // On the machine of a CI nobody can look there.
  for (const line of lines.slice(-EVIDENCE_LINES_MAX)) console.error(`  ${line}`);
}
