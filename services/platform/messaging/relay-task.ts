import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import type { Broker } from "./broker.ts";
import type { LeaderTask } from "./leader.ts";
import type { Term } from "./leadership.ts";
import type { RelayMeters } from "./messaging-meters.ts";
import { onlyPartition } from "./outbox.ts";
import type { OutboxStore } from "./outbox-store.ts";
import type { PublishedStream } from "./published-stream.ts";
import { relayOutbox } from "./relay.ts";
import { type StreamMemory, streamMemory } from "./stream-memory.ts";
import type { Wake } from "./wake.ts";

export interface RelayTaskOptions {
  readonly outbox: OutboxStore;
  readonly broker: Broker;
  readonly streams: readonly PublishedStream[];
  readonly wake: Wake;
  readonly ensureTopology: () => Promise<void>;
  readonly meters?: RelayMeters | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const inspectEveryMs = 2_000;
const compareEveryMs = 60_000;
/** Longer than a cluster takes to elect a leader. */
const stalledMaxMs = 15_000;

/** The relay and the watch over what the broker may forget share one memory, made anew each term. */
export function relayTask(options: RelayTaskOptions): LeaderTask {
  const { broker, ensureTopology, clock } = options;
  const notes = new Map<string, string>();
  const stalledSinceMs = new Map<string, number>();

  return {
    name: "relay",
    problem() {
      const nowMs = clock.monotonicMs();
      const stalled = [...stalledSinceMs].filter(([, sinceMs]) => nowMs - sinceMs > stalledMaxMs);
      if (stalled.length === 0) return undefined;
      const texts = stalled.map(([stream, sinceMs]) => {
        const seconds = Math.round((nowMs - sinceMs) / 1_000);
        return `${stream || "no stream"} has taken nothing for ${seconds} s`;
      });
      return texts.join("; ");
    },
    async run(term: Term) {
      if (broker.connected()) await ensureTopology();
      const { held } = term;
      const memory = await streamMemory({
        ...options,
        notes,
        held,
        restoreTopology: ensureTopology,
      });
      const stop = new AbortController();
      const signal = AbortSignal.any([term.signal, stop.signal]);
      const watching = watch(memory, options, signal);
      try {
        const relay = { ...options, partition: onlyPartition, memory, stalledSinceMs };
        await relayOutbox(relay, { fresh: term.fresh, held, signal });
      } finally {
        stop.abort();
        stalledSinceMs.clear();
        await watching;
      }
    },
  };
}

/**
 * Looks at the streams every two seconds. What the last of our messages became of is compared at
 * the beginning of a term, because the one before may have died without noting what it saw, and
 * then each minute where others publish too.
 */
async function watch(
  memory: StreamMemory,
  { broker, streams, wake, clock, log }: RelayTaskOptions,
  signal: AbortSignal,
): Promise<void> {
  const shared = streams.filter((stream) => stream.shared);
  let compared = streams;
  let compareAtMs = 0;
  while (!signal.aborted) {
    // A broker that is away is the canary's finding; what it forgot shows when it is back.
    if (broker.connected()) {
      try {
        await memory.inspect();
        if (clock.monotonicMs() >= compareAtMs) {
          await memory.compare(compared);
          compared = shared;
          compareAtMs = clock.monotonicMs() + compareEveryMs;
        }
      } catch (err) {
        if (!signal.aborted) log.warn("streams could not be inspected", { err });
      }
      if (memory.forgot()) wake.wake();
    }
    await clock.sleep(inspectEveryMs, signal);
  }
}
