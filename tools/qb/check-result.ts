/** One thing that was verified. */
export interface CheckResult {
  /** Such as `orders`, or `orders and inventory`. */
  readonly where: string;
  readonly name: string;
  /** What should be so. */
  readonly sentence: string;
  /** `open` needs a person and breaks no promise; `unknown` could not be looked at. */
  readonly state: "ok" | "open" | "broken" | "unknown";
  readonly checked: number;
  /** How many rows break it, or wait. */
  readonly count: number;
  /** The first of them. */
  readonly rows: readonly { readonly about: string; readonly problem: string }[];
  /** Why it could not be looked at. */
  readonly problem: string | null;
}

/** What was looked at row by row: broken when any row is. */
export function resultOf(
  check: Pick<CheckResult, "where" | "name" | "sentence" | "checked" | "rows"> & {
    readonly count?: number;
  },
): CheckResult {
  const { rows, count = rows.length } = check;
  return { ...check, count, state: rows.length > 0 ? "broken" : "ok", problem: null };
}

/** What could not be looked at, and why. */
export const unknown = (
  check: Pick<CheckResult, "where" | "name" | "sentence">,
  problem: string,
): CheckResult => ({ ...check, state: "unknown", checked: 0, count: 0, rows: [], problem });
