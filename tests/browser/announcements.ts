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

/** What has been said since the last look, in order; `alert` interrupts, `status` waits. */
export function announcements(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>("window.announcements.splice(0)");
}
