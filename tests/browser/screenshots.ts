import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type DemoIds, demoIds } from "./demo-ids.ts";
import { type PageState, pages, untilFilled } from "./pages.ts";
import { type Theme, themes, type Visit, visit, type Width, widths } from "./visit.ts";
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
  const wanted = pages.filter(({ name }) => name.includes(options.only));
  if (options.list) console.log(wanted.map(({ name }) => name).join("\n"));
  if (options.list || !options.out) return 0;

  const directory = resolve(options.out);
  mkdirSync(directory, { recursive: true });
  await using world = options.url ? undefined : await openWebWorld({ demo: true });
  const calls = world ?? webCalls(options.url ?? "");
  const ids = await demoIds(calls);
  let failed = 0;
  for (const width of chosen<Width>(widths, Number(options.width)))
    for (const theme of chosen<Theme>(themes, options.theme))
      for (const page of wanted) {
        const file = join(directory, `${page.name}-${width}-${theme}.png`);
        const look = { width, theme, whole: options.whole };
        if (!(await takePicture(calls.url, { page, ids, file, ...look }))) failed += 1;
      }
  return failed > 0 ? 1 : 0;
}

interface Picture {
  readonly page: PageState;
  readonly ids: DemoIds;
  readonly file: string;
  readonly width: Width;
  readonly theme: Theme;
  readonly whole: boolean;
}

/** Whether the page came into its state; the picture shows it in either case. */
async function takePicture(url: string, { page: state, ids, file, whole, ...look }: Picture) {
  let isThere = true;
  const act = async ({ page, open, expectTrouble }: Visit) => {
    expectTrouble(/./);
    try {
      await open(state.path(ids));
      await state.prepare?.(page);
      await untilFilled(page);
    } catch (error) {
      isThere = false;
      console.error(`${state.name}: ${error instanceof Error ? error.message : error}`);
    }
    await page.screenshot({ path: file, fullPage: whole, animations: "disabled" });
    console.log(file);
  };
  await visit(url, act, { ...look, ...(state.as && { as: state.as }) });
  return isThere;
}

function chosen<Choice>(all: readonly Choice[], one: unknown): readonly Choice[] {
  return all.includes(one as Choice) ? [one as Choice] : all;
}
