/** One thing that was looked at. */
export interface Finding {
  readonly about: string;
  /** `warn` needs a look, `fail` needs a hand. */
  readonly state: "ok" | "warn" | "fail";
  readonly found: string;
  /** What to do about it; nothing where all is well. */
  readonly wayOut: string | null;
}

export const fine = (about: string, found: string): Finding => ({
  about,
  state: "ok",
  found,
  wayOut: null,
});

export const notFine = (
  state: "warn" | "fail",
  { about, found, wayOut }: Omit<Finding, "state"> & { readonly wayOut: string },
): Finding => ({ about, state, found, wayOut });
