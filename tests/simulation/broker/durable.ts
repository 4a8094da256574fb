import type { DurableState as State, StoredMessage } from "@app/platform/messaging/broker.ts";
import type { StoredStream } from "./stored-stream.ts";

/** A standing request of one subscription for some messages. */
export interface Pull {
  wanted: number;
  readonly deliver: (message: StoredMessage, redelivered: boolean) => void;
  /** There is nothing left to pull from. */
  readonly end: (reason: string) => void;
}

export interface DurableSettings {
  readonly ackWaitMs: number;
  readonly unacknowledgedMax: number;
  readonly createdAtSequence: number;
}

interface Unacknowledged {
  /** When it is delivered again. */
  dueMs: number;
  deliveries: number;
}

/** One durable consumer: what it has handed out, what came back, and who waits for more. */
export class DurableState {
  readonly settings: DurableSettings;
  readonly #stream: StoredStream;
  readonly #unacknowledged = new Map<number, Unacknowledged>();
  #pulls: Pull[] = [];
  #delivered = 0;

  constructor(stream: StoredStream, settings: DurableSettings) {
    this.#stream = stream;
    this.settings = settings;
  }

  addPull(pull: Pull): void {
    this.#pulls.push(pull);
  }

  removePulls(isGone: (pull: Pull) => boolean): void {
    this.#pulls = this.#pulls.filter((pull) => !isGone(pull));
  }

  endAll(reason: string): void {
    for (const pull of this.#pulls.splice(0)) pull.end(reason);
  }

  /** Hands out what is due, what was delivered before first, to those who wait, in turn. */
  handOut(nowMs: number): void {
    while (this.#pulls.length > 0) {
      const sequence = this.#nextDue(nowMs) ?? this.#nextNew();
      const message = sequence === undefined ? undefined : this.#stream.get(sequence);
      const pull = this.#pulls[0];
      if (sequence === undefined || !message || !pull) return;
      this.#pulls.shift();
      pull.wanted -= 1;
      if (pull.wanted > 0) this.#pulls.push(pull);

      const deliveries = (this.#unacknowledged.get(sequence)?.deliveries ?? 0) + 1;
      this.#unacknowledged.set(sequence, { dueMs: nowMs + this.settings.ackWaitMs, deliveries });
      this.#delivered = Math.max(this.#delivered, sequence);
      pull.deliver(message, deliveries > 1);
    }
  }

  /** When the next redelivery is due, if anybody waits for it. */
  nextDueMs(): number | undefined {
    if (this.#pulls.length === 0 || this.#unacknowledged.size === 0) return undefined;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#unacknowledged.values()) nextMs = Math.min(nextMs, dueMs);
    return nextMs;
  }

  ack(sequence: number): void {
    this.#unacknowledged.delete(sequence);
  }

  nak(sequence: number, delayMs: number, nowMs: number): void {
    const held = this.#unacknowledged.get(sequence);
    if (held) held.dueMs = nowMs + delayMs;
  }

  working(sequence: number, nowMs: number): void {
    const held = this.#unacknowledged.get(sequence);
    if (held) held.dueMs = nowMs + this.settings.ackWaitMs;
  }

  state(): State {
    let ackFloor = this.#delivered;
    let redelivered = 0;
    for (const [sequence, { deliveries }] of this.#unacknowledged) {
      ackFloor = Math.min(ackFloor, sequence - 1);
      if (deliveries > 1) redelivered += 1;
    }
    return {
      ackFloor,
      delivered: this.#delivered,
      pending: this.#stream.between(this.#delivered + 1, this.#stream.lastSequence).length,
      unacknowledged: this.#unacknowledged.size,
      redelivered,
      pulls: this.#pulls.length,
      createdAtSequence: this.settings.createdAtSequence,
    };
  }

  /** As its store has it: who waited is not in there. */
  copy(stream: StoredStream): DurableState {
    const copy = new DurableState(stream, this.settings);
    copy.#delivered = this.#delivered;
    for (const [sequence, held] of this.#unacknowledged)
      copy.#unacknowledged.set(sequence, { ...held });
    return copy;
  }

  #nextDue(nowMs: number): number | undefined {
    let next: number | undefined;
    for (const [sequence, { dueMs }] of this.#unacknowledged) {
      if (dueMs > nowMs || (next !== undefined && sequence > next)) continue;
      if (this.#stream.get(sequence)) next = sequence;
      // What the stream no longer has cannot be delivered, and counts as done.
      else this.#unacknowledged.delete(sequence);
    }
    return next;
  }

  #nextNew(): number | undefined {
    if (this.#unacknowledged.size >= this.settings.unacknowledgedMax) return undefined;
    return this.#stream.nextFrom(this.#delivered + 1);
  }
}
