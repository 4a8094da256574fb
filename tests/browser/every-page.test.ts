import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { accessibilityProblems, sidewaysScroll } from "./accessibility.ts";
import { type DemoIds, demoIds } from "./demo-ids.ts";
import { describeInBrowser } from "./describe-in-browser.ts";
import { pages, untilFilled } from "./pages.ts";
import { type Visit, visit } from "./visit.ts";
import { openWebWorld, type WebWorld } from "./web-world.ts";

const HEIGHT_MAX = 8_000;

describeInBrowser("every page", () => {
  let world: WebWorld;
  let ids: DemoIds;
  beforeAll(async () => {
    world = await openWebWorld({ demo: true });
    ids = await demoIds(world);
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  for (const { name, path, as, prepare, refused } of pages) {
    test(`${name} is for everybody: in both themes, on phones, without an error`, async () => {
      const look = async ({ page, open, expectTrouble }: Visit) => {
        if (refused) expectTrouble(refused);
        await open(path(ids));
        await prepare?.(page);
        await untilFilled(page);

        const problems = await accessibilityProblems(page);
        // Each width and each theme once: axe takes longer than all the rest of a page.
        await page.emulateMedia({ colorScheme: "dark" });
        await page.setViewportSize({ width: 360, height: 740 });
        problems.push(...(await sidewaysScroll(page)));
        await unroll(page);
        problems.push(...(await accessibilityProblems(page)));

        expect(problems).toEqual([]);
        expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
        expect(await page.title()).not.toBe("");
      };

      await visit(world.url, look, { still: true, ...(as && { as }) });
    });
  }
});

/** Shows the whole page at once, so that nothing lies under a bar that scrolling would free it from. */
async function unroll(page: Page): Promise<void> {
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  await page.setViewportSize({ width: 360, height: Math.min(height, HEIGHT_MAX) });
}
