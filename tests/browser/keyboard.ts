import type { Page } from "playwright-core";

/** More stops than any page has; a page that has no way there fails instead of going round. */
const STOPS_MAX = 120;

/**
 * Goes to a control as somebody without a mouse does, with the tabulator, and presses Enter on it.
 * Everything that stops the focus on the way must show that it does.
 */
export async function pressByKeyboard(page: Page, name: RegExp): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
}

export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let stop = 0; stop < STOPS_MAX; stop++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate<Focused>(FOCUSED);
    if (!focused.isShown) throw new Error(`nobody sees that the focus is on ${focused.name}`);
    if (name.test(focused.name)) return;
    seen.push(focused.name);
  }
  throw new Error(`the tabulator does not lead to ${name}, but to ${seen.join(", ")}`);
}

interface Focused {
  readonly name: string;
  readonly isShown: boolean;
}

const FOCUSED = `(() => {
  const element = document.activeElement;
  const label = element.labels?.[0]?.textContent;
  const name = element.getAttribute("aria-label") ?? label ?? element.textContent;
  const style = getComputedStyle(element);
  const isShown = element === document.body ||
    (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  return { name: name.trim().replace(/\\s+/g, " ").slice(0, 80), isShown };
})()`;
