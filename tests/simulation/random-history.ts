import type { Coverage } from "./coverage.ts";
import { chosenEpisodes } from "./faults/episodes.ts";
import { rareOccasion } from "./faults/rare-occasions.ts";
import type { HistoryOptions } from "./history.ts";
import { chosenSettings, type HistorySettings, smallBatches } from "./system/history-settings.ts";
import { chanceOf } from "./world/chance.ts";

export type RandomMode = "safety" | "liveness";

/** The random history of a seed: its settings, its faults and when they strike. */
export function randomHistory(
  seed: number,
  {
    mode,
    coverage,
    settings: fixed = {},
  }: {
    readonly mode: RandomMode;
    readonly coverage: Coverage;
    /** Wins over what the seed chooses. */
    readonly settings?: Partial<HistorySettings>;
  },
): HistoryOptions {
  // A stream of choices of its own, so that a fixed setting changes no other choice.
  const chance = chanceOf(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  const chosen = chosenSettings(chance);
  const healAtMs = chance.between(1_000, 5_000);
  const rare = rareOccasion(seed, healAtMs);
  const settings = { ...chosen, ...smallBatches(seed), ...rare.settings, ...fixed };
  if (settings.duplicateWindowMs < 2_000) coverage.add("fault", "short dedup window");
  return {
    seed,
    settings,
    episodes: [...chosenEpisodes(chance, healAtMs), ...rare.episodes],
    customersWithinMs: healAtMs * chance.pick([0.1, 0.5, 0.9]),
    healAtMs,
    liveness: mode === "liveness",
    aimed: true,
    coverage,
  };
}
