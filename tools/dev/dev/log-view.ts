import type { Colours } from "./colours.ts";
import { isShown, type Level } from "./log-level.ts";
import { showLine } from "./log-line.ts";
import type { Terminal } from "./terminal.ts";

/** Everybody's lines, each behind its name, as far as they are wanted at the moment. */
export interface LogView {
  readonly names: readonly string[];
  line(name: string, line: string): void;
  /** Shows lines from this level on. */
  level: Level;
  /** Shows the lines of one only. */
  only: string | undefined;
}

export function logView(
  terminal: Terminal,
  { names, colours, level }: { names: readonly string[]; colours: Colours; level: Level },
): LogView {
  const width = Math.max(...names.map((name) => name.length));
  const prefixes = new Map(
    names.map((name, index) => [name, colours.nth(index)(`${name.padEnd(width)} │`)]),
  );
  const view: LogView = {
    names,
    level,
    only: undefined,
    line(name, line) {
      if (view.only !== undefined && view.only !== name) return;
      const shown = showLine(line, colours);
      if (!isShown(shown.level, view.level)) return;
      const prefix = prefixes.get(name) ?? `${name.padEnd(width)} │`;
      terminal.print(shown.text.replaceAll(/^/gm, `${prefix} `));
    },
  };
  return view;
}
