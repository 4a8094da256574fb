import { stored } from "./storage.ts";

export type Theme = "light" | "dark";

/** What the reader chose; null follows the system. `theme.ts` reads it before the first paint. */
export const chosenTheme = stored<Theme | null>("theme", {
  parse: (value) => (value === "light" || value === "dark" ? value : null),
  initial: null,
});

/** What is shown now. */
export function shownTheme(): Theme {
  const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)").matches ?? false;
  return chosenTheme.get() ?? (dark ? "dark" : "light");
}

/** Puts the chosen theme on the document, now and whenever another tab changes it. */
export function followTheme(): () => void {
  const show = () => {
    const chosen = chosenTheme.get();
    if (chosen === null) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  };
  show();
  return chosenTheme.subscribe(show);
}
