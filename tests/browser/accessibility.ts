import { readFileSync } from "node:fs";
import type axe from "axe-core";
import type { Page } from "playwright-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** The two upper of axe's four degrees. */
const SERIOUS = new Set(["serious", "critical"]);
const SAID_MAX = 160;
const axeScript = readFileSync(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir), "utf8");

/**
 * Everything serious that axe finds on a page as it stands, a line each: the rule, the element, what
 * to do. It is run by the debugger, which the content policy does not bind.
 */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // It is larger than any page, and is sent once for each.
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axeScript);
  const runOnly: axe.RunOnly = { type: "tag", values: TAGS };
  const given = { runOnly, resultTypes: ["violations"], preload: false, iframes: false };
  const { violations } = await page.evaluate<axe.AxeResults>(
    `axe.run(document, ${JSON.stringify(given)})`,
  );
  return violations
    .filter(({ impact }) => SERIOUS.has(impact ?? ""))
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${saidOf(node)}`));
}

function saidOf({ html, target, failureSummary = "" }: axe.NodeResult): string {
  const advice = failureSummary.replaceAll(/\s+/g, " ");
  return `${target.join(" ")}: ${html.slice(0, SAID_MAX)}: ${advice.slice(0, SAID_MAX)}`;
}

/** How much wider than its window a page is, and what sticks out; empty where nothing does. */
export function sidewaysScroll(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const width = document.documentElement.clientWidth;
    const over = document.documentElement.scrollWidth - width;
    if (over <= 0) return [];
    const sticksOut = (element) => element.getBoundingClientRect().right > width + 1;
    const wide = [...document.body.querySelectorAll("*")].filter(sticksOut).slice(0, 5);
    return ["wider by " + over + " px", ...wide.map(({ outerHTML }) => outerHTML.slice(0, 120))];
  })()`);
}
