import { useEffect } from "react";
import { chosenTheme, followTheme, shownTheme } from "../lib/theme.ts";
import { Icon } from "./icon.tsx";

/** Switches between light and dark, in all tabs and for good. */
export function ThemeSwitch() {
  useEffect(followTheme, []);
  return (
    <button
      type="button"
      className="iconbtn"
      aria-label="Switch between light and dark"
      onClick={() => chosenTheme.set(shownTheme() === "dark" ? "light" : "dark")}
    >
      <Icon name="half" />
    </button>
  );
}
