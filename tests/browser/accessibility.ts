import axe from "axe-core";
import type { Page } from "playwright-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** The two upper of axe's four degrees. */
const SERIOUS = new Set(["serious", "critical"]);

/**
 * Everything serious that axe finds on a page as it stands, a line each: the rule, the element, what
 * to do. It is run by the debugger, which the content policy does not bind.
 */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const options = JSON.stringify({
    runOnly: { type: "tag", values: TAGS },
    resultTypes: ["violations"],
  });
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(document, ${options})`);
  return violations
    .filter(({ impact }) => SERIOUS.has(impact ?? ""))
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, failureSummary = "" }) =>
          `${id}: ${html}: ${failureSummary.replaceAll(/\s+/g, " ")}`,
      ),
    );
}

/** How much wider than its window a page is, and what sticks out; empty where nothing does. */
export async function sidewaysScroll(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(`(() => {
    const width = document.documentElement.clientWidth;
    const over = document.documentElement.scrollWidth - width;
    if (over <= 0) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > width + 1);
    return ["wider by " + over + " px", ...wide.slice(0, 5).map(({ outerHTML }) => outerHTML.slice(0, 120))];
  })()`);
}
