import type { StreamDeclaration } from "@app/contracts/topology.ts";
import { type PubAck, PublishRefused } from "@app/platform/messaging/broker.ts";
import { DurableState, type Pull } from "./durable.ts";
import { matches, type Published, StoredStream, type StreamLimits } from "./stored-stream.ts";

/** Time as the server has it. */
export interface ServerTime {
  /** Wall time, in milliseconds. */
  nowMs(): number;
  after(delayMs: number, run: () => void): void;
}

/** What the broker asks of nobody: it may break every connection. */
export interface Connected {
  broken(reason: string): void;
  restored(): void;
  hear(topic: string, data: string): void;
}

/** The largest message, as a server has it by default. */
export const payloadMax = 1024 * 1024;

/**
 * JetStream as the core sees it: streams with limits retention and a dedup window, durables with
 * explicit acks, redelivery and a limit of unacknowledged messages. It can be away, be paused, and
 * be put back to an older state.
 */
export class BrokerServer {
  readonly streams = new Map<string, StoredStream>();
  readonly connections = new Set<Connected>();
  up = true;
  readonly #time: ServerTime;
  /** What was asked while it was paused. */
  #asked: (() => void)[] | undefined;
  #alarmMs = Number.POSITIVE_INFINITY;
  #made = 0;

  constructor(time: ServerTime) {
    this.#time = time;
  }

  get nowMs(): number {
    return this.#time.nowMs();
  }

  /** Does what a client asked, later if it is paused, never if it is away. */
  serve(asked: () => void): void {
    if (!this.up) return;
    if (this.#asked) this.#asked.push(asked);
    else asked();
  }

  publish(message: Published): PubAck {
    const stream = this.streamOf(message.subject);
    if (!stream) throw new PublishRefused("no stream takes this subject");
    const ack = stream.store(message, this.nowMs);
    if (!ack.duplicate) this.handOut(stream);
    return { stream: stream.name, ...ack };
  }

  streamOf(subject: string): StoredStream | undefined {
    for (const stream of this.streams.values())
      if (stream.limits.subjects.some((filter) => matches(filter, subject))) return stream;
    return undefined;
  }

  /** The stream or the durable of it; throws where there is none. */
  stream(name: string): StoredStream {
    const stream = this.streams.get(name);
    if (!stream) throw new Error(`stream ${name} not found`);
    return stream;
  }

  durable(stream: string, name: string): DurableState {
    const durable = this.stream(stream).durables.get(name);
    if (!durable) throw new Error(`consumer ${name} not found`);
    return durable;
  }

  pull(stream: string, name: string, pull: Pull): void {
    this.durable(stream, name).addPull(pull);
    this.handOut(this.stream(stream));
  }

  /** Answers to a durable concern whatever stream and durable of these names there are now. */
  answer(stream: string, name: string, answer: (durable: DurableState) => void): void {
    const durable = this.streams.get(stream)?.durables.get(name);
    if (!durable) return;
    answer(durable);
    this.handOut(this.stream(stream));
  }

  /** Those who asked are gone. */
  forgetPulls(pulls: ReadonlySet<Pull>): void {
    for (const stream of this.streams.values())
      for (const durable of stream.durables.values()) durable.removePulls((one) => pulls.has(one));
  }

  handOut(stream: StoredStream): void {
    for (const durable of stream.durables.values()) {
      durable.handOut(this.nowMs);
      const dueMs = durable.nextDueMs();
      if (dueMs !== undefined) this.#wakeAt(dueMs);
    }
  }

  createStream(name: string, limits: StreamLimits): StoredStream {
    this.#made += 1;
    const stream = new StoredStream(
      name,
      limits,
      `${new Date(this.nowMs).toISOString()}#${this.#made}`,
    );
    this.streams.set(name, stream);
    return stream;
  }

  createDurable(
    stream: string,
    name: string,
    settings: { readonly ackWaitMs: number; readonly unacknowledgedMax: number },
  ): void {
    const on = this.stream(stream);
    // No history is as long as messages are kept: age explains no later beginning of a stream.
    on.durables.set(name, new DurableState(on, { ...settings, createdAtSequence: 1 }));
  }

  /** Makes what is declared and missing. */
  apply(declared: readonly StreamDeclaration[], duplicateWindowMs: number): void {
    for (const { name, subjects, maxMessagesPerSubject, durables } of declared) {
      if (!this.streams.has(name))
        this.createStream(name, {
          subjects,
          duplicateWindowMs,
          perSubjectMax: maxMessagesPerSubject,
        });
      for (const durable of durables) {
        if (this.stream(name).durables.has(durable.name)) continue;
        this.createDurable(name, durable.name, {
          ackWaitMs: durable.ackWaitSeconds * 1_000,
          unacknowledgedMax: durable.maxAckPending,
        });
      }
    }
  }

  deleteStream(name: string): void {
    for (const durable of this.streams.get(name)?.durables.values() ?? [])
      durable.endAll("stream deleted");
    this.streams.delete(name);
  }

  deleteDurable(stream: string, name: string): void {
    this.streams.get(stream)?.durables.get(name)?.endAll("consumer deleted");
    this.streams.get(stream)?.durables.delete(name);
  }

  hint(topic: string, data: string): void {
    for (const connection of this.connections) connection.hear(topic, data);
  }

  pause(): void {
    this.#asked ??= [];
  }

  resume(): void {
    const asked = this.#asked ?? [];
    this.#asked = undefined;
    for (const one of asked) this.serve(one);
    for (const stream of this.streams.values()) this.handOut(stream);
  }

  /** Gone, with what it stored, until `comeBack`. Every connection breaks. */
  goAway(): void {
    this.up = false;
    this.#asked = undefined;
    for (const stream of this.streams.values())
      for (const durable of stream.durables.values()) durable.removePulls(() => true);
    for (const connection of [...this.connections]) connection.broken("the server is gone");
  }

  /** Serves again, what it stored or `store`, an earlier copy of it. */
  comeBack(store?: ReadonlyMap<string, StoredStream>): void {
    if (store) {
      const before = new Map(this.streams);
      this.streams.clear();
      for (const [name, stream] of store) {
        // What it is configured to hold is not part of what it may forget here.
        stream.limits = before.get(name)?.limits ?? stream.limits;
        this.streams.set(name, stream);
      }
    }
    this.up = true;
    for (const stream of this.streams.values()) stream.relearnIds();
    for (const connection of [...this.connections]) connection.restored();
  }

  /** What is on its disk now. */
  copy(): ReadonlyMap<string, StoredStream> {
    return new Map([...this.streams].map(([name, stream]) => [name, stream.copy()]));
  }

  #wakeAt(dueMs: number): void {
    if (this.#alarmMs <= dueMs) return;
    this.#alarmMs = dueMs;
    this.#time.after(dueMs - this.nowMs, () => {
      if (this.#alarmMs !== dueMs) return;
      this.#alarmMs = Number.POSITIVE_INFINITY;
      this.serve(() => {
        for (const stream of this.streams.values()) this.handOut(stream);
      });
    });
  }
}
