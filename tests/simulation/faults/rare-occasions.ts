import type { HistorySettings } from "../system/history-settings.ts";
import { type Chance, chanceOf } from "../world/chance.ts";
import type { Episode } from "./episodes.ts";
import type { SuddenFault } from "./fault-kinds.ts";

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
  if (!chance.happens(0.2)) return none;
  return chance.pick([
    decidedWhenOverdue,
    decidedWhenOverdue,
    strangersAll,
    lossesAndCrashes,
    suspectsPutOff,
    repairsThatFail,
    lanesWithGaps,
    lettersTakenBack,
  ])(chance, healAtMs);
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

/** Messages that come again, run alone, and are put off because the database fails in the middle. */
function suspectsPutOff(chance: Chance, healAtMs: number): RareOccasion {
  return {
    settings: { orders: 4, ackWaitSeconds: 1 },
    episodes: [
      { kind: "answer to a delivery lost", atMs: 0, forMs: healAtMs, rate: 1 },
      { kind: "statement lost", atMs: 0, forMs: healAtMs, rate: chance.pick([0.05, 0.2]) },
    ],
  };
}

/** Dead letters that are edited and redriven while they still fail. */
function repairsThatFail(chance: Chance, healAtMs: number): RareOccasion {
  return {
    // A refusal is the only news to orders that can be edited.
    settings: { orders: 4, stock: chance.pick([0, 0, 5]), retryBaseMs: 20, ackWaitSeconds: 1 },
    episodes: [
      // Without its contract a message is dead at once, so that there is time for many repairs.
      { kind: "contract missing", atMs: 0, forMs: healAtMs, rate: chance.pick([0.5, 0.8]) },
      { kind: "handler throws", atMs: 0, forMs: healAtMs, rate: chance.pick([0.1, 0.5]) },
      ...spread(6, healAtMs, { kind: "operator", forMs: 0 }),
    ],
  };
}

/** Keys whose later version has come while the one ahead of it is gone, for as long as an id is known. */
function lanesWithGaps(chance: Chance, healAtMs: number): RareOccasion {
  return {
    settings: {
      orders: 4,
      cancelled: 0.8,
      laneGapAfterMs: 1_000,
      duplicateWindowMs: 10_000,
      stock: chance.pick([5, 20]),
    },
    episodes: [
      { kind: "delivery lost", atMs: 0, forMs: healAtMs, rate: chance.pick([0.5, 1]) },
      ...spread(4, healAtMs, { kind: "messages deleted", forMs: 0 }),
      ...spread(2, healAtMs, { kind: "strange sender", forMs: 0 }),
    ],
  };
}

/** Letters of no use that are discarded, and some of them restored. */
function lettersTakenBack(_chance: Chance, healAtMs: number): RareOccasion {
  return {
    settings: {},
    episodes: [
      ...spread(8, healAtMs / 2, { kind: "unreadable message", forMs: 0 }),
      ...spread(4, healAtMs, { kind: "operator", forMs: 0 }),
    ],
  };
}

/** So many of one kind, at equal distances. */
function spread(
  count: number,
  untilMs: number,
  each: { readonly kind: SuddenFault; readonly forMs: number },
): readonly Episode[] {
  return Array.from({ length: count }, (_, index) => ({
    ...each,
    atMs: ((index + 1) * untilMs) / (count + 1),
  }));
}
