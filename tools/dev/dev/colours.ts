/** Marks up text for a terminal, or leaves it as it is. */
export interface Colours {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  /** One of six that mean nothing, the same for the same number. */
  readonly nth: (index: number) => (text: string) => string;
}

const UNMEANT = [36, 35, 34, 96, 95, 94];

/** Colour is for terminals, unless NO_COLOR (no-color.org) or a flag says otherwise. */
export function wantsColour(flag: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (!flag || NO_COLOR) return false;
  return process.stdout.isTTY || (FORCE_COLOR !== undefined && FORCE_COLOR !== "0");
}

export function coloursFor(on: boolean): Colours {
  const code = (open: number, close: number) => (text: string) =>
    on ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    red: code(31, 39),
    green: code(32, 39),
    yellow: code(33, 39),
    nth: (index) => code(UNMEANT[index % UNMEANT.length] ?? 36, 39),
  };
}
