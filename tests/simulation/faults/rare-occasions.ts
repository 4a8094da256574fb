import type { HistorySettings } from "../system/history-settings.ts";
import { type Chance, chanceOf } from "../world/chance.ts";
import type { Episode } from "./episodes.ts";

/** What brings a history to something that it would seldom come to by itself. */
export interface RareOccasion {
  readonly settings: Partial<HistorySettings>;
  /** Besides the history's own. */
  readonly episodes: readonly Episode[];
}

const none: RareOccasion = { settings: {}, episodes: [] };

/** Some histories get one. Chosen by choices of their own, so that the others stay as they are. */
export function rareOccasion(seed: number, healAtMs: number): RareOccasion {
  const chance = chanceOf(Math.imul(seed, 0x85ebca6b) ^ 0x27d4eb2f);
  if (!chance.happens(0.08)) return none;
  return chance.pick([decidedWhenOverdue, decidedWhenOverdue, strangersAll, lossesAndCrashes])(
    chance,
    healAtMs,
  );
}

/**
 * Orders that are found overdue and then decided before they are timed out: news of them is lost
 * until their deadline has passed, and it takes long to hear which orders are overdue.
 */
function decidedWhenOverdue(chance: Chance, healAtMs: number): RareOccasion {
  const lostMs = chance.between(800, 2_000);
  return {
    settings: {
      deadlineMs: 1_000,
      ackWaitSeconds: 1,
      orders: chance.between(3, 4),
      cancelled: 0.5,
      stock: 20,
    },
    episodes: [
      { kind: "delivery lost", atMs: 0, forMs: Math.min(lostMs, healAtMs), rate: 1 },
      { kind: "one place slow", atMs: 0, forMs: healAtMs, place: "orders.overdue" },
    ],
  };
}

/** Orders of others, whose messages tell everything in any order. */
function strangersAll(chance: Chance, healAtMs: number): RareOccasion {
  return {
    settings: {},
    episodes: Array.from({ length: 8 }, () => ({
      kind: "strange sender",
      atMs: chance.fraction() * healAtMs * 0.5,
      forMs: 0,
    })),
  };
}

/** Crashes while it is found out what the broker has forgotten, and while it is sent again. */
function lossesAndCrashes(chance: Chance, healAtMs: number): RareOccasion {
  const atMs = chance.fraction() * healAtMs * 0.5;
  return {
    settings: {},
    episodes: [
      { kind: "handler throws", atMs: 0, forMs: healAtMs, rate: 0.2 },
      { kind: "messages deleted", atMs, forMs: 0 },
      { kind: "stream made again", atMs: (atMs + healAtMs) / 2, forMs: 0 },
      ...Array.from({ length: 5 }, (_, index) => ({
        kind: "crash at a boundary" as const,
        atMs: atMs + (index * (healAtMs - atMs)) / 5,
        forMs: 0,
      })),
    ],
  };
}
