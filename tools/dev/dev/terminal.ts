import { stripVTControlCharacters } from "node:util";

/** Lines above, and on a terminal one line at the bottom that stays. */
export interface Terminal extends Disposable {
  readonly isInteractive: boolean;
  print(text: string): void;
  /** Shows the bottom line; an empty one goes away. Without a terminal nothing happens. */
  pin(text: string): void;
}

const CLEAR_LINE = "\r\x1b[2K";

export function openTerminal(isInteractive: boolean): Terminal {
  // A pipe is written at once by this, and outlives a reader that went away.
  if (!isInteractive) {
    const print = (text: string) => console.log(text);
    return { isInteractive, print, pin: () => undefined, [Symbol.dispose]: () => undefined };
  }
  let pinned = "";
  const write = (text: string) => process.stdout.write(text);
  const draw = () => write(pinned && CLEAR_LINE + cut(pinned, process.stdout.columns || 80));
  process.stdout.on("resize", draw);
  return {
    isInteractive,
    print(text) {
      write(`${pinned ? CLEAR_LINE : ""}${text}\n`);
      draw();
    },
    pin(text) {
      if (text === pinned) return;
      pinned = text;
      write(CLEAR_LINE);
      draw();
    },
    [Symbol.dispose]() {
      process.stdout.off("resize", draw);
      if (pinned) write(CLEAR_LINE);
      pinned = "";
    },
  };
}

/** A line that wrapped could not be cleared again. Colours go first when it is too long. */
function cut(text: string, columns: number): string {
  const plain = stripVTControlCharacters(text);
  return plain.length < columns ? text : `${plain.slice(0, columns - 2)}…`;
}
