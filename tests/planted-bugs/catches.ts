import { join } from "node:path";
import { plantedBugs } from "./bugs.ts";

/** How the simulation caught a planted bug, as it was last seen. */
export interface Catch {
  readonly bug: string;
  /** Of the history that broke. */
  readonly seed: number;
  /** How many histories it took, from the first on. */
  readonly tries: number;
  readonly seconds: number;
  /** What did not hold. */
  readonly broken: string;
}

const file = join(import.meta.dir, "catches.json");

export async function recordedCatches(): Promise<readonly Catch[]> {
  return Bun.file(file).json();
}

/** Replaces what was recorded of these bugs. */
export async function recordCatches(caught: readonly Catch[]): Promise<void> {
  const fresh = new Map(caught.map((each) => [each.bug, each]));
  const before = new Map((await recordedCatches()).map((each) => [each.bug, each]));
  const all = plantedBugs.flatMap(({ name }) => fresh.get(name) ?? before.get(name) ?? []);
  await Bun.write(file, `${JSON.stringify(all, null, 2)}\n`);
}
