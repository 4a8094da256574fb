import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { allPages, type PageState } from "./pages.ts";
import { signIn } from "./sign-in.ts";
import { type Theme, themes, visit, type Width, widths } from "./visit.ts";
import { webCalls } from "./web-calls.ts";
import { openWebWorld } from "./web-world.ts";

/** Pictures of every page in both themes and at three widths, for people to look at. */

const HELP = `bun tests/browser/screenshots.ts --out DIR [options]

  --out DIR      where the pictures go: <page>-<width>-<theme>.png
  --url URL      of a web service that runs with demo data (bun run dev prints it); one of its own without
  --only TEXT    pages whose name contains it, such as menu or console
  --width N      360, 768 or 1280; all three without
  --theme NAME   light or dark; both without
  --whole        whole pages, and not only what the window shows
  --list         only says the names of the pages`;

const READY_DEADLINE_MS = 10_000;

if (import.meta.main) process.exit(await screenshots(process.argv.slice(2)));

async function screenshots(args: readonly string[]): Promise<number> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      out: { type: "string" },
      url: { type: "string" },
      only: { type: "string", default: "" },
      width: { type: "string" },
      theme: { type: "string" },
      whole: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (options.help || (!options.out && !options.list)) {
    console.log(HELP);
    return options.help ? 0 : 2;
  }
  await using world = options.url ? undefined : await openWebWorld({ demo: true });
  const calls = world ?? webCalls(options.url ?? "");
  const pages = (await allPages(calls)).filter(({ name }) => name.includes(options.only));
  if (options.list) console.log(pages.map(({ name, path }) => `${name}  ${path}`).join("\n"));
  if (options.list || !options.out) return 0;

  const directory = resolve(options.out);
  mkdirSync(directory, { recursive: true });
  let failed = 0;
  for (const width of chosen<Width>(widths, Number(options.width)))
    for (const theme of chosen<Theme>(themes, options.theme))
      for (const person of ["guest", "customer", "operator"] as const) {
        const theirs = pages.filter(({ as = "guest" }) => as === person);
        if (theirs.length === 0) continue;
        const look = { url: calls.url, person, pages: theirs, width, theme, directory };
        failed += await lookAt({ ...look, whole: options.whole });
      }
  return failed > 0 ? 1 : 0;
}

interface Look {
  readonly url: string;
  readonly person: "guest" | "customer" | "operator";
  readonly pages: readonly PageState[];
  readonly width: Width;
  readonly theme: Theme;
  readonly directory: string;
  readonly whole: boolean;
}

/** Returns how many pages could not be shown. */
async function lookAt({ url, person, pages, width, theme, directory, whole }: Look) {
  let failed = 0;
  await visit(
    url,
    async ({ page, open, expectTrouble }) => {
      // Pictures are taken of whatever there is.
      expectTrouble(/./);
      if (person !== "guest") await signIn(page, person);
      for (const { name, path, prepare } of pages) {
        const file = join(directory, `${name}-${width}-${theme}.png`);
        try {
          await open(path);
          await prepare?.(page);
          await untilFilled(page);
          await page.screenshot({ path: file, fullPage: whole, animations: "disabled" });
          console.log(file);
        } catch (error) {
          failed += 1;
          await page.screenshot({ path: file });
          console.error(`${file}: ${error instanceof Error ? error.message : error}`);
        }
      }
    },
    { width, theme },
  );
  return failed;
}

/** Until nothing on the page says that more is coming. */
async function untilFilled(page: Page): Promise<void> {
  await page
    .locator(".skel, main [aria-busy=true]")
    .first()
    .waitFor({ state: "hidden", timeout: READY_DEADLINE_MS });
}

function chosen<Choice>(all: readonly Choice[], one: unknown): readonly Choice[] {
  return all.includes(one as Choice) ? [one as Choice] : all;
}
