import { type Stored, stored } from "../../lib/storage.ts";
import { type HoldNews, type HoldStep, readStep, takeIn } from "./hold-steps.ts";

/** How far somebody is with one event, as it is kept in the browser. */
export interface KeptHold {
  readonly step: HoldStep;
  /** What the event is called, for places that show more than one. */
  readonly eventName: string;
  readonly changedMs: number;
}

/** By the id of the event. */
export type KeptHolds = Readonly<Record<string, KeptHold>>;

export interface HoldStore extends Stored<KeptHolds> {
  /** Takes in what happened with one event, from what all tabs know by now. */
  tell(event: { readonly id: string; readonly name: string }, news: HoldNews): void;
}

/** How long the end of a hold is worth a word. */
const ENDED_FOR_MS = 24 * 3_600_000;
const KEPT_MAX = 50;

const stores = new Map<string, HoldStore>();

/** The holds of one person in this browser; all tabs follow them. */
export function holdsOf(userId: string): HoldStore {
  const known = stores.get(userId);
  if (known) return known;
  const store = holdStore(stored(`holds.${userId}`, { parse: keptHoldsIn, initial: {} }), Date.now);
  stores.set(userId, store);
  return store;
}

/** A store of holds over any place that keeps them. */
export function holdStore(kept: Stored<KeptHolds>, now: () => number): HoldStore {
  return {
    ...kept,
    tell({ id, name }, news) {
      const all = kept.get();
      const before = all[id]?.step;
      const step = takeIn(before, news);
      if (step === before) return;
      const { [id]: _, ...others } = all;
      const nowMs = now();
      const next = step ? { [id]: { step, eventName: name, changedMs: nowMs } } : {};
      kept.set({ ...worthKeeping(others, nowMs), ...next });
    },
  };
}

function worthKeeping(all: KeptHolds, nowMs: number): KeptHolds {
  const found = Object.entries(all).filter(([, { changedMs }]) => nowMs - changedMs < ENDED_FOR_MS);
  return Object.fromEntries(
    found.sort(([, a], [, b]) => b.changedMs - a.changedMs).slice(0, KEPT_MAX - 1),
  );
}

/** Reads what this or an older version of the page kept; what cannot be read is left out. */
export function keptHoldsIn(value: unknown): KeptHolds | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const read = Object.entries(value).flatMap(([id, kept]) => {
    const { step: keptStep, eventName, changedMs } = fieldsOf(kept);
    const step = readStep(keptStep);
    return step && typeof eventName === "string" && typeof changedMs === "number"
      ? [[id, { step, eventName, changedMs }] as const]
      : [];
  });
  return Object.fromEntries(read);
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};
