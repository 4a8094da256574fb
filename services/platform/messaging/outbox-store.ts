import type { OutgoingMessage } from "./message.ts";

/** A committed message that the broker has not acknowledged. */
export interface PendingMessage extends OutgoingMessage {
  readonly id: number;
  /** The broker acknowledged it before and forgot it. */
  readonly resent: boolean;
}

/** A message that the broker acknowledged and that is kept in case it forgets. */
export interface SentMessage {
  readonly id: number;
  readonly eventId: string;
  readonly sequence: number;
}

/** The broker's word on one pending message. */
export interface Acknowledged {
  readonly id: number;
  readonly stream: string;
  readonly sequence: number;
}

/** What was last seen of a stream. */
export interface StreamSeen {
  readonly createdAt: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly deleted: number;
  /** Why the stream is known to lack messages; null once all of them are pending again. */
  readonly forgot: string | null;
}

/** The relay's side of the outbox. */
export interface OutboxStore {
  /**
   * Pending messages of a partition in id order, none below `from`, without those already held,
   * those keys, and the subjects that match one of the `closed` patterns.
   */
  pending(query: {
    readonly partition: number;
    readonly from: number;
    readonly limit: number;
    readonly heldIds: readonly number[];
    readonly heldKeys: readonly string[];
    readonly closed: readonly string[];
  }): Promise<readonly PendingMessage[]>;
  /** Moves acknowledged messages to the sent ones, and raises the highest sequence seen. */
  finish(acknowledged: readonly Acknowledged[]): Promise<void>;
  streamsSeen(): Promise<ReadonlyMap<string, StreamSeen>>;
  /** Replaces what was seen. Whether the stream forgot something stays as noted. */
  saveStreamSeen(stream: string, seen: Omit<StreamSeen, "forgot">): Promise<void>;
  /** Notes that a stream lacks messages, until `saveRepaired`. */
  noteForgot(stream: string, reason: string): Promise<void>;
  /** Replaces what was seen, now that all that the stream lacked is pending again. */
  saveRepaired(stream: string, seen: Omit<StreamSeen, "forgot">): Promise<void>;
  /** The lowest and highest sequence among the kept messages of a stream, if there are any. */
  sentRange(stream: string): Promise<{ readonly first: number; readonly last: number } | undefined>;
  /** Kept messages of a stream that are younger than `ageMaxMs`, by sequence, both ends included; all or `limit`. */
  sentBetween(
    stream: string,
    range: {
      readonly first: number;
      readonly last: number;
      readonly ageMaxMs: number;
      readonly limit?: number;
    },
  ): Promise<readonly SentMessage[]>;
  /** The last kept messages of a stream that are younger than `ageMaxMs`, by sequence. */
  lastSent(
    stream: string,
    range: { readonly limit: number; readonly ageMaxMs: number },
  ): Promise<readonly SentMessage[]>;
  /** Puts kept messages back among the pending ones, oldest first, marked as resent. */
  putBack(
    stream: string,
    range: { readonly first: number; readonly last: number; readonly ids: readonly number[] },
  ): Promise<number>;
  /** Notes that the broker answered just now; a silence longer than `silenceMs` counts as an outage that ends now. */
  noteBrokerSeen(silenceMs: number): Promise<void>;
  /** Age of the oldest pending message, and how many there are (counted up to `countMax`). */
  backlog(countMax: number): Promise<{ readonly count: number; readonly oldestMs: number }>;
}
