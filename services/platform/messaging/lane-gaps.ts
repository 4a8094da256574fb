import type { Broker, StoredMessage } from "./broker.ts";
import type { ConsumerOptions } from "./consumer.ts";
import { handleFound } from "./handle-alone.ts";
import type { Lane } from "./inbox.ts";
import { readHeaders } from "./incoming.ts";

const lookEveryMs = 5_000;
const lanesPerLook = 20;

export interface GapSettings {
  /** How long a lane waits for a version before the stream is asked for it. */
  readonly waitedMs: number;
}

/**
 * Looks for lanes that wait for a version, or that left messages in the stream for want of room,
 * and fetches what the stream has. What it cannot find makes the lane stuck, which is reported.
 */
export async function fillGaps<S>(
  options: ConsumerOptions<S>,
  signal: AbortSignal,
  { waitedMs }: GapSettings,
): Promise<void> {
  const { store, broker, clock, rules, log } = options;
  const roomBelow = Math.ceil(rules.parkedPerLaneMax / 2);
  while (!signal.aborted) {
    const lanes = broker.connected()
      ? await store.gaps({ waitedMs, roomBelow, limit: lanesPerLook })
      : [];
    for (const lane of lanes) {
      if (signal.aborted) return;
      // One lane's trouble must not keep the others waiting; it is looked at again next time.
      await fillGap(options, lane).catch((err) =>
        log.warn("lane could not be filled", { err, key: lane.key }),
      );
    }
    await clock.sleep(Math.min(lookEveryMs, waitedMs), signal);
  }
}

/**
 * Handles what the stream holds of a lane's later versions. When it no longer has the next one, a
 * lane that never handled anything, of a durable that came when the stream's beginning had aged,
 * starts at the lowest version there is; any other is stuck, and a person decides.
 */
export async function fillGap<S>(options: ConsumerOptions<S>, lane: Lane): Promise<void> {
  const { broker, stream, rules, headsMayRun, store } = options;
  const { key } = lane;
  const wanted = (version: number) => version > lane.version;
  const limit = rules.parkedPerLaneMax * 2;
  const found = await messagesOf(broker, { stream, key, wanted, limit });
  for (const { message } of found.toSorted((a, b) => a.version - b.version)) {
    await handleFound(options, message);
  }
  headsMayRun();
  // Only now: whoever dies, or fails, before all of it is kept must leave the mark to the next look.
  if (lane.behind && found.length < limit && (await areSettled(options, found))) {
    await store.caughtUp(key, Math.max(lane.leftUpTo, ...found.map(({ version }) => version)));
  }

  const later = await store.findLane(key);
  if (!later || !(await isMissing(options, later))) return;
  const next = (version: number) => version === later.version + 1;
  const [there] = await messagesOf(broker, { stream, key, wanted: next, limit: 1 });
  if (!there) {
    const lowest = Math.min(...found.map(({ version }) => version));
    return startOrReport(options, later, lowest);
  }
  // It may lie behind as many later ones as are fetched. What only could not be handled just now is
  // tried again at the next look.
  if (!found.some(({ version }) => next(version))) await handleFound(options, there.message);
}

/** Whether each was handled, parked or set aside: what found no room again was not. */
async function areSettled<S>(
  { store }: ConsumerOptions<S>,
  found: readonly { readonly message: StoredMessage }[],
): Promise<boolean> {
  const asked = found.map(({ message }) => readHeaders(message));
  return asked.length === 0 || (await store.settled(asked)).size === asked.length;
}

/** Whether the lane waits for a version that is neither parked nor about to run. */
async function isMissing<S>({ store }: ConsumerOptions<S>, lane: Lane): Promise<boolean> {
  if (lane.blocked || lane.waiting === 0) return false;
  const { version, key } = lane;
  return !(await store.settled([{ eventId: "", lane: { key, version: version + 1 } }])).size;
}

async function startOrReport<S>(
  { store, broker, stream, durable, log, headsMayRun }: ConsumerOptions<S>,
  { key, version }: Lane,
  lowestInStream: number,
): Promise<void> {
  const state = await broker.durableState(stream, durable);
  const cameLater = (state?.createdAtSequence ?? 1) > 1;
  if (version === 0 && cameLater && (await startAtLowest(store, key, lowestInStream))) {
    return headsMayRun();
  }
  if (!(await store.markStuck(key, version))) return;
  log.error("lane is stuck", { consumer: store.consumer, key, missingVersion: version + 1 });
}

async function startAtLowest<S>(
  store: ConsumerOptions<S>["store"],
  key: string,
  lowestInStream: number,
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const lane = (await tx.lockLanes([key])).get(key);
    const parked = (await tx.parkedVersions([key])).get(key) ?? [];
    const lowest = Math.min(lowestInStream, ...parked);
    // What blocks it is version 1, which came just now after all.
    if (!lane || lane.version > 0 || lane.blocked || !Number.isFinite(lowest)) return false;
    await tx.saveLanes([{ ...lane, version: lowest - 1 }]);
    return true;
  });
}

/**
 * Messages of one aggregate that the stream holds and whose version is wanted, `limit` at most,
 * oldest first. The subject of each ends with the aggregate's id.
 */
export async function messagesOf(
  broker: Broker,
  search: {
    readonly stream: string;
    readonly key: string;
    readonly wanted: (version: number) => boolean;
    readonly limit: number;
  },
): Promise<readonly { readonly version: number; readonly message: StoredMessage }[]> {
  const { stream, key, wanted, limit } = search;
  const found: { version: number; message: StoredMessage }[] = [];
  const id = key.slice(key.indexOf("/") + 1);
  // An id that is no subject token cannot have been published under one.
  if (!/^[^\s.*>]+$/.test(id)) return found;
  for await (const message of broker.read(stream, { subject: `*.*.*.${id}` })) {
    const { lane } = readHeaders(message);
    if (lane?.key === key && wanted(lane.version)) found.push({ version: lane.version, message });
    if (found.length >= limit) break;
  }
  return found;
}
