/** The levels of a log, the least important first; `none` shows nothing. */
export const levels = ["debug", "info", "warning", "error", "none"] as const;

export type Level = (typeof levels)[number];

/** Whether a line of that level is shown where `least` is asked for. */
export function isShown(level: Level, least: Level): boolean {
  return least !== "none" && levels.indexOf(level) >= levels.indexOf(least);
}
