import { type RefObject, useEffect } from "react";
import { stored } from "../../lib/storage.ts";
import { useStored } from "../../lib/use-stored.ts";

interface KeptHeight {
  readonly windowWidth: number;
  readonly height: number;
}

/** How tall the whole menu was when this browser last showed it. */
const menuHeight = stored<KeptHeight | undefined>("menu-height", {
  parse: keptHeightIn,
  initial: undefined,
});

/** In pixels; undefined where the window had another width then, or there was none. */
export function useKeptHeight(): number | undefined {
  const kept = useStored(menuHeight);
  return kept?.windowWidth === window.innerWidth ? kept.height : undefined;
}

/** Keeps how tall an element is, as long as it shows the whole menu. */
export function useKeepHeight(
  element: RefObject<HTMLElement | null>,
  { isWhole }: { readonly isWhole: boolean },
): void {
  useEffect(() => {
    const shown = element.current;
    if (shown === null || !isWhole) return;
    const observer = new ResizeObserver(() => {
      const now = { windowWidth: window.innerWidth, height: shown.offsetHeight };
      const kept = menuHeight.get();
      const isKnown = kept?.height === now.height && kept.windowWidth === now.windowWidth;
      if (!isKnown) menuHeight.set(now);
    });
    observer.observe(shown);
    return () => observer.disconnect();
  }, [element, isWhole]);
}

function keptHeightIn(value: unknown): KeptHeight | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { windowWidth, height }: { windowWidth?: unknown; height?: unknown } = value;
  return typeof windowWidth === "number" && typeof height === "number"
    ? { windowWidth, height }
    : undefined;
}
