import type { HeaderBlock } from "./headers.ts";
import type { OutgoingMessage } from "./message.ts";

/** The broker's word that a message is stored. */
export interface PubAck {
  readonly stream: string;
  readonly sequence: number;
  /** The broker knew the message's id already and stored nothing. */
  readonly duplicate: boolean;
}

/** A message as a stream holds it. */
export interface StoredMessage {
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly headers: HeaderBlock;
  readonly payload: Uint8Array;
  readonly publishedAt: Date;
}

/** A message in this consumer's hands, until it is acknowledged or given back. */
export interface Delivery extends StoredMessage {
  /** It was delivered before: to a consumer that failed, was too slow, or died with it. */
  readonly redelivered: boolean;
  ack(): void;
  /** Gives it back, to be delivered again no earlier than `delayMs` from now. */
  nak(delayMs: number): void;
  /** Tells the broker that it is still being worked on: the ack wait starts anew. */
  working(): void;
}

/** A standing pull on one durable consumer. */
export interface Subscription {
  /**
   * Waits for deliveries and returns those that are there, `max` at most. Returns none when
   * `signal` aborts. Rejects when the durable cannot be pulled from any more.
   */
  next(max: number, signal: AbortSignal): Promise<readonly Delivery[]>;
  /** How many deliveries are here for `next` to return. */
  waiting(): number;
  /** Tells the broker that what was fetched and not yet returned by `next` is still wanted. */
  working(): void;
  /** Stops pulling and gives back what was fetched and not yet returned by `next`. */
  close(): Promise<void>;
}

export interface StreamState {
  /** RFC 3339, as precise as the broker says it: another value means another stream of that name. */
  readonly createdAt: string;
  readonly firstSequence: number;
  /** When the first message was stored; the epoch for an empty stream. */
  readonly firstAt: Date;
  readonly lastSequence: number;
  /** Messages missing between first and last. */
  readonly deleted: number;
  readonly messages: number;
  readonly bytes: number;
  /** Absent where the stream has no such limit. */
  readonly bytesMax?: number;
  /** At one of its limits, so that it refuses what is published; absent where a broker cannot tell. */
  readonly full?: boolean;
}

export interface DurableState {
  /** Every message at or below it was acknowledged. */
  readonly ackFloor: number;
  readonly delivered: number;
  /** Not yet delivered. */
  readonly pending: number;
  /** Delivered and not yet acknowledged. */
  readonly unacknowledged: number;
  readonly redelivered: number;
  /** Standing pulls: none, and nothing unacknowledged, means that nobody serves it. */
  readonly pulls: number;
  /** Where the stream began when the durable was created, as far as age explained it; else 1. */
  readonly createdAtSequence: number;
}

/** The broker refused to store a message: the stream is full, missing, or not the one expected. */
export class PublishRefused extends Error {
  override readonly name = "PublishRefused";
}

/** What the core needs of a broker. JetStream is the real one; the simulation has another. */
export interface Broker {
  /** Whether the connection stands at this moment. */
  connected(): boolean;
  /**
   * Stores a message. Rejects with `PublishRefused` when the broker refused it, and otherwise when
   * it did not answer in time: then it may be stored or not, and is published again under the same id.
   */
  publish(message: Pick<OutgoingMessage, "subject" | "headers" | "payload">): Promise<PubAck>;
  subscribe(stream: string, durable: string, inHandMax: number): Promise<Subscription>;
  /** Undefined when there is no such stream. */
  streamState(stream: string): Promise<StreamState | undefined>;
  /** Undefined when there is no such durable. */
  durableState(stream: string, durable: string): Promise<DurableState | undefined>;
  /** Reads what a stream holds, oldest first, up to what it held when the reading began. */
  read(stream: string, options?: ReadOptions): AsyncIterable<StoredMessage>;
  /** One message by its sequence; undefined when the stream does not hold it. */
  messageAt(stream: string, sequence: number): Promise<StoredMessage | undefined>;
  /** Tells other replicas, at most once and perhaps never, that something happened. */
  hint(topic: string, data?: string): void;
  /** Hears hints of this and other processes. Returns how to stop. */
  onHint(topic: string, listener: (data: string) => void): () => void;
  close(): Promise<void>;
}

export interface ReadOptions {
  /** A subject filter with NATS wildcards. */
  readonly subject?: string;
  readonly fromSequence?: number;
  /** The last sequence to read, where the whole is not wanted. */
  readonly toSequence?: number;
  /** Leaves the payloads out where the broker can. */
  readonly headersOnly?: boolean;
}
