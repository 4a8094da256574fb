import { expect } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { Page } from "playwright-core";

/**
 * Runs before every page's own scripts and keeps what a screen reader would say by itself: what is
 * added to a live region that was there before, and every alert that comes.
 */
export const ANNOUNCEMENTS_SCRIPT = `
  window.announcements = [];
  const say = (how, { textContent }) => {
    const text = textContent.replace(/\\s+/g, " ").trim();
    if (text !== "") window.announcements.push(how + ": " + text);
  };
  new MutationObserver((records) => {
    for (const { addedNodes, target, type } of records)
      for (const node of type === "characterData" ? [target] : addedNodes) {
        const alerts = node.querySelectorAll?.("[role=alert]") ?? [];
        for (const alert of node.matches?.("[role=alert]") ? [node] : alerts) say("alert", alert);
        const region = node.parentElement?.closest("[role=status], [aria-live], output");
        if (region && region.getAttribute("aria-live") !== "off") say("status", node);
      }
  }).observe(document, { childList: true, characterData: true, subtree: true });
`;

/**
 * Waits until exactly this was said of what `about` matches since the page began, in order; `alert:`
 * interrupts, `status:` waits. What is said twice is never right.
 */
export async function untilSaid(page: Page, about: RegExp, lines: readonly RegExp[]) {
  await eventually(async () => {
    const said = await page.evaluate<string[]>("window.announcements");
    const wanted = lines.map((line) => expect.stringMatching(line));
    expect(said.filter((line) => about.test(line))).toEqual(wanted);
  });
}
