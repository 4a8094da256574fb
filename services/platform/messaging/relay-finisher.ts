import { crashPoint } from "../crash-point.ts";
import type { Acknowledged, OutboxStore } from "./outbox-store.ts";
import type { RelayQueue } from "./relay-queue.ts";
import type { StreamMemory } from "./stream-memory.ts";

/** Moves what was acknowledged in this term out of the pending messages. */
export interface RelayFinisher {
  add(ack: Acknowledged): void;
  readonly waiting: boolean;
  /** Finishes some of what waits. */
  finish(): Promise<void>;
}

const batchMax = 512;

export function relayFinisher({
  outbox,
  queue,
  memory,
}: {
  readonly outbox: Pick<OutboxStore, "finish">;
  readonly queue: RelayQueue;
  readonly memory: StreamMemory;
}): RelayFinisher {
  const acknowledged: Acknowledged[] = [];
  return {
    add: (ack) => void acknowledged.push(ack),
    get waiting() {
      return acknowledged.length > 0;
    },
    async finish() {
      const batch = acknowledged.splice(0, batchMax);
      crashPoint("relay.after-ack-before-finish");
      // Finishing raises the mark by which a loss can be seen: what was seen is stored before.
      await memory.storeNotes();
      await outbox.finish(batch);
      memory.finished(batch);
      queue.forget(batch.map(({ id }) => id));
      crashPoint("relay.after-finish");
    },
  };
}
