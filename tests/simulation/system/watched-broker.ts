import type { Broker, Delivery } from "@app/platform/messaging/broker.ts";
import { decodeHeaders } from "@app/platform/messaging/headers.ts";
import type { Batches } from "./batches.ts";

export interface WatchOptions {
  /** The least that a message may wait which is given back. */
  readonly nakDelayMinMs: number;
  /** The messages of this service that the broker has acknowledged once, to whichever process. */
  readonly acknowledged: Set<string>;
  /** Whether this version of a key is this service's to publish. */
  readonly isStated: (key: string, version: number) => boolean;
  /** What the consumer has taken and not yet answered. */
  readonly batches: Batches;
  /** Hears of a rule that the core broke. */
  readonly broken: (what: string) => void;
}

/**
 * The same broker, which tells when a process breaks the rules of its use that lanes and inboxes
 * would otherwise make good: no version of a key is published before the one ahead of it was
 * acknowledged once, and none is given back at once. What was acknowledged may go again at any time:
 * an earlier term may still wait for an answer to its successor when the broker has forgotten it.
 */
export function watchedBroker(
  broker: Broker,
  { nakDelayMinMs, acknowledged, isStated, batches, broken }: WatchOptions,
): Broker {
  const watched = (delivery: Delivery): Delivery => ({
    ...delivery,
    nak: (delayMs) => {
      if (delayMs < nakDelayMinMs) broken(`${delivery.subject} was given back for ${delayMs} ms`);
      delivery.nak(delayMs);
    },
  });

  return {
    ...broker,
    async publish(message) {
      const headers = decodeHeaders(message.headers);
      const key = headers.get("key");
      const version = Number(headers.get("version"));
      if (key === undefined) return broker.publish(message);

      const ahead = version - 1;
      if (!acknowledged.has(`${key} ${ahead}`) && isStated(key, ahead))
        broken(`${key} ${version} was published before ${ahead} was acknowledged`);
      const ack = await broker.publish(message);
      acknowledged.add(`${key} ${version}`);
      return ack;
    },
    async subscribe(...to) {
      const subscription = await broker.subscribe(...to);
      return {
        waiting: () => subscription.waiting(),
        working: () => subscription.working(),
        close: () => subscription.close(),
        next: async (max, signal) =>
          batches.taken((await subscription.next(max, signal)).map(watched)),
      };
    },
  };
}
