import type { Colours } from "./colours.ts";
import { type Menu, menuLine } from "./keys.ts";
import { paint, statusLine } from "./ready-table.ts";
import type { Unit } from "./supervise.ts";
import type { Terminal } from "./terminal.ts";

/** The terminal's bottom line: how everything is doing, or the menu that is open. */
export interface StatusBar {
  refresh(): void;
  /** Shows a menu until the next call; undefined closes it. */
  open(menu: Menu | undefined): void;
  /** Tells a change of state above, in its colour. Starts are told by how they end. */
  tell(unit: Unit): void;
  close(): void;
}

export function statusBar(
  terminal: Terminal,
  { units, colours }: { readonly units: readonly Unit[]; readonly colours: Colours },
): StatusBar {
  let menu: Menu | undefined;
  let isClosed = false;
  const refresh = () => {
    if (isClosed) return;
    const status = `${statusLine(units, colours)}  ${colours.dim("h help  q quit")}`;
    terminal.pin(menu ? menuLine(menu) : status);
  };
  return {
    refresh,
    open(next) {
      menu = next;
      refresh();
    },
    tell({ name, status: { state, detail, startMs } }) {
      refresh();
      if (state === "starting") return;
      const more = state === "ready" ? startMs !== undefined && `${startMs} ms` : detail;
      terminal.print(paint(state, colours)(`${name} is ${state}${more ? `: ${more}` : ""}`));
    },
    close() {
      isClosed = true;
      terminal.pin("");
    },
  };
}
