import type { Page } from "playwright-core";

/** Runs before every page's own scripts and keeps what moved without anybody having asked for it. */
export const LAYOUT_SHIFTS_SCRIPT = `
  window.layoutShifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput)
        window.layoutShifts.push({
          value,
          moved: sources.map(({ node, previousRect: a, currentRect: b }) =>
            (node?.outerHTML ?? node?.textContent ?? "gone").slice(0, 120) +
            \` from \${a.x},\${a.y} \${a.width}×\${a.height} to \${b.x},\${b.y} \${b.width}×\${b.height}\`),
        });
  }).observe({ type: "layout-shift", buffered: true });
`;

export interface LayoutShift {
  readonly value: number;
  /** The elements, and from where to where. */
  readonly moved: readonly string[];
}

/** What has moved since the last look, or since the page began. */
export async function layoutShifts(page: Page): Promise<readonly LayoutShift[]> {
  // Shifts are told after the frame in which they happen.
  const afterTwoFrames =
    "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))";
  return page.evaluate<LayoutShift[]>(
    `${afterTwoFrames}.then(() => window.layoutShifts.splice(0))`,
  );
}
