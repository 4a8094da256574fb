import {
  PublishRefused,
  type StoredMessage,
  type StreamState,
} from "@app/platform/messaging/broker.ts";
import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import type { DurableState } from "./durable.ts";

export interface StreamLimits {
  readonly subjects: readonly string[];
  /** For how long an id is known. */
  readonly duplicateWindowMs: number;
  /** With more, publishes are refused. */
  readonly messagesMax?: number | undefined;
  /** With more, the oldest of the subject goes. */
  readonly perSubjectMax?: number | undefined;
}

export type Published = Pick<OutgoingMessage, "subject" | "headers" | "payload">;

interface Remembered {
  readonly sequence: number;
  readonly atMs: number;
}

/** A message in its stream, with the id that was read from its headers once. */
interface Kept extends StoredMessage {
  readonly id: string | undefined;
}

/** One stream: what it holds, the ids it knows, and its durables. */
export class StoredStream {
  readonly name: string;
  readonly createdAt: string;
  limits: StreamLimits;
  readonly durables = new Map<string, DurableState>();
  lastSequence = 0;
  readonly #messages = new Map<number, Kept>();
  #ids = new Map<string, Remembered>();
  #firstSequence = 0;

  constructor(name: string, limits: StreamLimits, createdAt: string) {
    this.name = name;
    this.limits = limits;
    this.createdAt = createdAt;
  }

  /** Stores a message, or tells where one of this id is. Refuses what finds no room. */
  store(message: Published, nowMs: number): { sequence: number; duplicate: boolean } {
    const id = idOf(message.headers);
    const known = id === undefined ? undefined : this.#ids.get(id);
    if (known && nowMs - known.atMs <= this.limits.duplicateWindowMs)
      return { sequence: known.sequence, duplicate: true };

    this.#makeRoom(message.subject);
    this.lastSequence += 1;
    const sequence = this.lastSequence;
    const { subject, headers, payload } = message;
    const publishedAt = new Date(nowMs);
    this.#messages.set(sequence, {
      stream: this.name,
      sequence,
      subject,
      headers,
      payload,
      publishedAt,
      id,
    });
    if (this.#messages.size === 1) this.#firstSequence = sequence;
    if (id !== undefined) this.#ids.set(id, { sequence, atMs: nowMs });
    return { sequence, duplicate: false };
  }

  get(sequence: number): StoredMessage | undefined {
    return this.#messages.get(sequence);
  }

  get size(): number {
    return this.#messages.size;
  }

  /** The sequence of the first message at or after this one. */
  nextFrom(sequence: number): number | undefined {
    if (this.#messages.size === 0) return undefined;
    for (let at = Math.max(sequence, this.#firstSequence); at <= this.lastSequence; at += 1)
      if (this.#messages.has(at)) return at;
    return undefined;
  }

  between(first: number, last: number): readonly StoredMessage[] {
    return [...this.#messages.values()].filter(
      ({ sequence }) => sequence >= first && sequence <= last,
    );
  }

  delete(sequence: number): void {
    if (!this.#messages.delete(sequence)) return;
    if (sequence === this.#firstSequence)
      this.#firstSequence = this.nextFrom(sequence + 1) ?? this.lastSequence + 1;
  }

  state(): StreamState {
    const first = this.#messages.get(this.#firstSequence);
    const { size } = this.#messages;
    let bytes = 0;
    for (const { headers, payload } of this.#messages.values())
      bytes += headers.length + payload.length;
    return {
      createdAt: this.createdAt,
      firstSequence: this.#firstSequence,
      firstAt: first?.publishedAt ?? new Date(0),
      lastSequence: this.lastSequence,
      deleted: size === 0 ? 0 : this.lastSequence - this.#firstSequence + 1 - size,
      messages: size,
      bytes,
    };
  }

  /** The store as it is now, as a power cut may leave it. */
  copy(): StoredStream {
    const copy = new StoredStream(this.name, this.limits, this.createdAt);
    copy.lastSequence = this.lastSequence;
    copy.#firstSequence = this.#firstSequence;
    for (const [sequence, message] of this.#messages) copy.#messages.set(sequence, message);
    for (const [name, durable] of this.durables) copy.durables.set(name, durable.copy(copy));
    copy.relearnIds();
    return copy;
  }

  /** A server that starts knows only the ids of the messages that it finds in its store. */
  relearnIds(): void {
    this.#ids = new Map();
    for (const { id, sequence, publishedAt } of this.#messages.values())
      if (id !== undefined) this.#ids.set(id, { sequence, atMs: publishedAt.getTime() });
  }

  #makeRoom(subject: string): void {
    const { messagesMax, perSubjectMax } = this.limits;
    if (perSubjectMax !== undefined) {
      const same = [...this.#messages.values()].filter((each) => each.subject === subject);
      for (const { sequence } of same.slice(0, Math.max(0, same.length - perSubjectMax + 1)))
        this.delete(sequence);
    }
    if (messagesMax !== undefined && this.#messages.size >= messagesMax)
      throw new PublishRefused("maximum messages exceeded");
  }
}

const idHeader = /^Nats-Msg-Id: (.*)$/im;

const idOf = (headers: string) => idHeader.exec(headers)?.[1]?.trim() || undefined;

/** Whether a NATS subject filter takes in a subject. */
export function matches(filter: string, subject: string): boolean {
  if (filter.endsWith(".>") && !filter.includes("*"))
    return subject.length > filter.length - 1 && subject.startsWith(filter.slice(0, -1));
  const [wanted, tokens] = [filter.split("."), subject.split(".")];
  for (const [at, token] of wanted.entries()) {
    if (token === ">") return tokens.length > at;
    if (tokens[at] === undefined || (token !== "*" && token !== tokens[at])) return false;
  }
  return tokens.length === wanted.length;
}
