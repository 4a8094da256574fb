import { streams } from "@app/contracts/topology.ts";
import type { StreamTopology } from "@app/platform/messaging/topology.ts";
import { type Chance, chanceOf } from "../world/chance.ts";

/** What may differ from one history to the next, besides its faults. */
export interface HistorySettings {
  readonly ordersProcesses: number;
  readonly inventoryProcesses: number;
  readonly orders: number;
  /** How many of the orders their customers cancel, of 1. */
  readonly cancelled: number;
  /** Pieces of each sku at the beginning. */
  readonly stock: number;
  /** How many messages a consumer handles together; a second such batch runs beside a full one. */
  readonly batchMax: number;
  readonly ackWaitSeconds: number;
  readonly duplicateWindowMs: number;
  readonly deadlineMs: number;
  readonly laneGapAfterMs: number;
  readonly handlerTimeoutMs: number;
  readonly retryBaseMs: number;
  readonly parkedPerLaneMax: number;
}

/** One order and one process a service, without haste. */
export const plainSettings: HistorySettings = {
  ordersProcesses: 1,
  inventoryProcesses: 1,
  orders: 1,
  cancelled: 0,
  stock: 5,
  batchMax: 100,
  ackWaitSeconds: 2,
  duplicateWindowMs: 120_000,
  deadlineMs: 900_000,
  laneGapAfterMs: 2_000,
  handlerTimeoutMs: 1_000,
  retryBaseMs: 50,
  parkedPerLaneMax: 100,
};

export function chosenSettings(chance: Chance): HistorySettings {
  return {
    ordersProcesses: chance.between(1, 2),
    inventoryProcesses: chance.between(1, 2),
    orders: chance.between(1, 4),
    cancelled: 0.35,
    stock: chance.pick([0, 1, 2, 5, 20]),
    batchMax: 100,
    ackWaitSeconds: chance.pick([1, 1, 2, 5]),
    // A message that is lost within the window comes back only after it: a long one takes long.
    duplicateWindowMs: chance.happens(0.02) ? 120_000 : chance.pick([100, 2_000, 10_000]),
    deadlineMs: chance.pick([1_000, 1_000, 2_000, 5_000, 20_000, 900_000]),
    laneGapAfterMs: chance.pick([1_000, 3_000]),
    handlerTimeoutMs: 1_000,
    retryBaseMs: chance.pick([20, 100]),
    parkedPerLaneMax: chance.pick([1, 100, 100]),
  };
}

/**
 * Of some histories: batches so small that few messages fill them. Chosen by choices of their own, so
 * that the other histories stay as they are.
 */
export function smallBatches(seed: number): Partial<HistorySettings> {
  const chance = chanceOf(Math.imul(seed, 0xc2b2ae35) ^ 0x165667b1);
  if (!chance.happens(0.3)) return {};
  return {
    batchMax: chance.pick([1, 1, 2]),
    orders: chance.between(4, 6),
    cancelled: 0.6,
    stock: 20,
  };
}

/** The declared topology with another ack wait. */
export const topologyWith = (ackWaitSeconds: number): readonly StreamTopology[] =>
  streams.map((stream) => ({
    ...stream,
    durables: stream.durables.map((durable) => ({ ...durable, ackWaitSeconds })),
  }));
