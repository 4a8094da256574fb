import type { Broker, Delivery } from "@app/platform/messaging/broker.ts";
import { decodeHeaders } from "@app/platform/messaging/headers.ts";

export interface WatchOptions {
  /** The least that a message may wait which is given back. */
  readonly nakDelayMinMs: number;
  /**
   * Whether this service has finished that version of a key. An earlier term may still wait for an
   * answer that a later one, perhaps another replica's, has had.
   */
  readonly isFinished: (key: string, version: number) => boolean;
  /** Hears of a rule that the core broke. */
  readonly broken: (what: string) => void;
}

/**
 * The same broker, which tells when a process breaks the rules of its use that lanes and inboxes
 * would otherwise make good: of a key only one message is under way, and none is given back at once.
 */
export function watchedBroker(
  broker: Broker,
  { nakDelayMinMs, isFinished, broken }: WatchOptions,
): Broker {
  /** By key, the versions that were published and not answered for. */
  const underWay = new Map<string, Set<string>>();

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
      const version = headers.get("version") ?? "";
      if (key === undefined) return broker.publish(message);

      const versions = underWay.get(key) ?? new Set();
      underWay.set(key, versions);
      for (const other of versions) {
        if (other !== version && !isFinished(key, Number(other)))
          broken(`${key} ${version} was published while ${other} was under way`);
      }
      versions.add(version);
      return broker.publish(message).finally(() => versions.delete(version));
    },
    async subscribe(...to) {
      const subscription = await broker.subscribe(...to);
      return {
        working: () => subscription.working(),
        close: () => subscription.close(),
        next: async (max, signal) => (await subscription.next(max, signal)).map(watched),
      };
    },
  };
}
