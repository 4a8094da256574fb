import type { Acknowledged, SentMessage } from "./outbox-store.ts";

/**
 * What the broker has acknowledged in this term and the store may not know of yet. A loss that is
 * looked for among the kept messages alone would pass these over, and find nothing wrong once they
 * are kept too. Holds no more than the relay does.
 */
export interface UnfinishedMessages {
  add(stream: string, message: SentMessage): void;
  /** These are among the kept ones now. */
  finished(messages: readonly Acknowledged[]): void;
  of(stream: string): readonly SentMessage[];
}

export function unfinishedMessages(): UnfinishedMessages {
  const byStream = new Map<string, Map<number, SentMessage>>();
  return {
    add(stream, message) {
      const messages = byStream.get(stream) ?? new Map<number, SentMessage>();
      byStream.set(stream, messages.set(message.id, message));
    },
    finished(messages) {
      for (const { stream, id } of messages) byStream.get(stream)?.delete(id);
    },
    of: (stream) => [...(byStream.get(stream)?.values() ?? [])],
  };
}
