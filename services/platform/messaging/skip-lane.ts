import { Refusal } from "../errors.ts";
import type { Broker } from "./broker.ts";
import type { InboxStore, InboxTransaction, Lane } from "./inbox.ts";
import { messagesOf } from "./lane-gaps.ts";

/** What a person asks for, and why. */
export interface LaneSkip {
  readonly key: string;
  readonly actor: string;
  readonly reason?: string | undefined;
}

export interface SkippedLane {
  readonly consumer: string;
  readonly key: string;
  /** The last version handled before, and where the lane stands now. */
  readonly from: number;
  readonly to: number;
}

export interface SkipOptions<S> {
  readonly stream: string;
  readonly store: InboxStore<S>;
  readonly broker: Broker;
  /** The lane's parked messages may run. */
  readonly headsMayRun: () => void;
}

/** A lane that waits, and the lowest version that it could go on with. */
interface WaitingLane extends Lane {
  readonly lowestParked: number;
}

/**
 * Moves a lane that waits for versions which the stream no longer has to the lowest one parked:
 * what lies between will never be handled here. Refused for any other lane, because skipping it
 * would lose a message that can still be had.
 */
export async function skipLane<S>(
  { stream, store, broker, headsMayRun }: SkipOptions<S>,
  { key, actor, reason }: LaneSkip,
): Promise<SkippedLane> {
  const seen = await store.transaction((tx) => waitingLane(tx, key));
  await refuseWhatIsThere({ stream, broker }, seen);

  const skipped = await store.transaction(async (tx) => {
    // Asking the stream took a while, and the lane may have moved meanwhile.
    const lane = await waitingLane(tx, key);
    if (lane.version !== seen.version || lane.lowestParked !== seen.lowestParked) {
      throw new Refusal("conflict", "lane_moved", `the lane of ${key} moved just now; look again`);
    }
    const { lowestParked, ...before } = lane;
    const from = before.version;
    const to = lowestParked - 1;
    await tx.saveLanes([{ ...before, version: to }]);
    const detail = { key, from, to, reason: reason ?? null };
    await tx.audit({ actor, action: "skip lane", target: `lane/${store.consumer}/${key}`, detail });
    return { consumer: store.consumer, key, from, to };
  });
  headsMayRun();
  return skipped;
}

/** Locks the lane and refuses it unless its next version is missing. Throwing leaves no trace of it. */
async function waitingLane<S>(tx: InboxTransaction<S>, key: string): Promise<WaitingLane> {
  const lane = (await tx.lockLanes([key])).get(key);
  // Locking makes a lane where there was none; one that was used has moved, waits or is blocked.
  if (!lane || (lane.version === 0 && lane.waiting === 0 && !lane.blocked)) {
    throw new Refusal("not_found", "lane_not_found", `no message of ${key} ever came here`);
  }
  const next = lane.version + 1;
  if (lane.blocked) {
    const text = `the lane of ${key} is blocked by the dead letter of version ${next}: redrive that`;
    throw new Refusal("conflict", "lane_blocked", text);
  }
  const parked = (await tx.parkedVersions([key])).get(key) ?? [];
  const lowestParked = Math.min(...[...parked].filter((version) => version > lane.version));
  if (!Number.isFinite(lowestParked)) {
    const text = `nothing waits in the lane of ${key}: it stands at version ${lane.version}`;
    throw new Refusal("conflict", "lane_not_waiting", text);
  }
  if (lowestParked === next) {
    const text = `version ${next} of ${key} is here and will be tried again: nothing is missing`;
    throw new Refusal("conflict", "lane_not_waiting", text);
  }
  return { ...lane, lowestParked };
}

async function refuseWhatIsThere(
  { stream, broker }: { readonly stream: string; readonly broker: Broker },
  { key, version, lowestParked }: WaitingLane,
): Promise<void> {
  if (!broker.connected()) {
    const text = "the broker is away, so nobody can say what the stream still has";
    throw new Refusal("unavailable", "broker_unavailable", text, { retryAfterSeconds: 5 });
  }
  const between = (found: number) => found > version && found < lowestParked;
  const [there] = await messagesOf(broker, { stream, key, wanted: between, limit: 1 });
  if (!there) return;
  const text = `${stream} still has version ${there.version} of ${key}: the lane will fetch it by itself`;
  throw new Refusal("conflict", "version_in_stream", text);
}
