import { readFileSync } from "node:fs";

/** One thing that a key does. */
export interface Key {
  readonly key: string;
  readonly label: string;
  /** Does it, or returns what to choose from next. */
  readonly press: () => Menu | undefined;
}

export interface Menu {
  readonly title: string;
  readonly keys: readonly Key[];
}

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const ESCAPE = "\u001b";

/** Whether keys can be read: from a terminal in which this is not a background job. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && isForeground();
}

/**
 * Reads single keys until it is disposed of, and gives the terminal back as it was. `show` is told
 * which menu is open; undefined is the first one. Any key without a meaning closes a menu.
 */
export function readKeys(on: {
  readonly keys: readonly Key[];
  readonly interrupt: () => void;
  readonly show: (menu: Menu | undefined) => void;
}): Disposable {
  let menu: Menu | undefined;
  const press = (key: string) => {
    if (key === CTRL_C || key === CTRL_D) return on.interrupt();
    const found = (menu?.keys ?? on.keys).find((each) => each.key === key.toLowerCase());
    menu = found?.press();
    on.show(menu);
  };
  const take = (chunk: Buffer) => {
    const text = chunk.toString();
    // An arrow or a function key comes as one chunk that begins with Escape.
    for (const key of text.startsWith(ESCAPE) ? [ESCAPE] : text) press(key);
  };
  const restore = () => process.stdin.setRawMode(false);

  process.stdin.setRawMode(true);
  process.once("exit", restore);
  process.stdin.on("data", take);
  process.stdin.resume();
  return {
    [Symbol.dispose]() {
      process.stdin.off("data", take);
      process.stdin.pause();
      process.off("exit", restore);
      restore();
    },
  };
}

/** The title with its choices, in one line. */
export function menuLine({ title, keys }: Menu): string {
  return `${title}  ${keys.map(({ key, label }) => `${key} ${label}`).join("  ")}  (Esc: none)`;
}

/** A background job that touches its terminal is stopped by the kernel. */
function isForeground(): boolean {
  if (process.platform !== "linux") return true;
  const stat = readFileSync("/proc/self/stat", "utf8");
  // After the name in brackets: state, parent, group, session, terminal, the terminal's group.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return group === foreground;
}
