import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { accessibilityProblems, sidewaysScroll } from "./accessibility.ts";
import { type DemoIds, demoIds } from "./demo-ids.ts";
import { describeInBrowser } from "./describe-in-browser.ts";
import { pages, untilFilled } from "./pages.ts";
import { type OpenVisit, openVisit, type Visit, withEvidence } from "./visit.ts";
import type { DemoName } from "./web-calls.ts";
import { openWebWorld, type WebWorld } from "./web-world.ts";

const HEIGHT_MAX = 8_000;

describeInBrowser("every page", () => {
  let world: WebWorld;
  let ids: DemoIds;
  beforeAll(async () => {
    world = await openWebWorld({ demo: true });
    ids = await demoIds(world);
  });
  afterAll(async () => {
    for (const opened of visitors.values()) await (await opened)[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  /** One browser for each sort of person, who goes from page to page: a new one takes longer than a page. */
  const visitors = new Map<DemoName | undefined, Promise<OpenVisit>>();
  const visitorOf = (as: DemoName | undefined) => {
    const known = visitors.get(as) ?? openVisit(world.url, { still: true, ...(as && { as }) });
    visitors.set(as, known);
    return known;
  };

  for (const { name, path, as, prepare, refused } of pages) {
    test(`${name} is for everybody: in both themes, on phones, without an error`, async () => {
      const look = async ({ page, open, expectTrouble }: Visit) => {
        if (refused) expectTrouble(refused);
        await page.emulateMedia({ colorScheme: "light" });
        await page.setViewportSize({ width: 1280, height: 800 });
        await open(path(ids));
        await prepare?.(page);
        await untilFilled(page);

        const problems = await accessibilityProblems(page);
        // Each width and each theme once: axe takes longer than all the rest of a page.
        await page.emulateMedia({ colorScheme: "dark" });
        await page.setViewportSize({ width: 360, height: 740 });
        problems.push(...(await sidewaysScroll(page)));
        await unroll(page);
        await untilChanged(page);
        problems.push(...(await accessibilityProblems(page)));

        expect(problems).toEqual([]);
        expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
        expect(await page.title()).not.toBe("");
      };

      await withEvidence(await visitorOf(as), look);
    });
  }
});

/** Shows the whole page at once, so that nothing lies under a bar that scrolling would free it from. */
async function unroll(page: Page): Promise<void> {
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  await page.setViewportSize({ width: 360, height: Math.min(height, HEIGHT_MAX) });
}

/** Until every colour is the one of the theme: between two of them nothing can be read well. */
async function untilChanged(page: Page): Promise<void> {
  await page.evaluate(`Promise.allSettled(document.getAnimations()
    .filter((animation) => animation instanceof CSSTransition)
    .map(({ finished }) => finished))`);
}
