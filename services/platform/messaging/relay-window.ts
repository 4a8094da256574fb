import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { jittered, type Random } from "../random.ts";
import { failSpan } from "../spans.ts";
import { type Broker, type PubAck, PublishRefused } from "./broker.ts";
import { decodeHeaders } from "./headers.ts";
import { sendSpan } from "./message-spans.ts";
import type { PublishOutcome, RelayMeters } from "./messaging-meters.ts";
import type { Acknowledged, PendingMessage } from "./outbox-store.ts";
import type { RelayQueue } from "./relay-queue.ts";
import type { StreamMemory } from "./stream-memory.ts";

/** What is with the broker and not yet answered for. */
export interface RelayWindow {
  /** Publishes what the queue gives, as far as there is room. */
  fill(nowMs: number): void;
  /** In how many milliseconds a silent stream may be asked again; infinite while none is silent. */
  askInMs(nowMs: number): number;
  readonly inFlight: number;
}

export interface RelayWindowOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly memory: StreamMemory;
  readonly queue: RelayQueue;
  readonly streamOf: (subject: string) => string;
  readonly acknowledged: (ack: Acknowledged) => void;
  /** Since when, by the monotonic clock, each stream has taken nothing of what was published to it. */
  readonly stalledSinceMs: Map<string, number>;
  /** What becomes of publishes, and how soon. Default: nobody counts. */
  readonly meters?: RelayMeters | undefined;
  /** Hears that publishes were answered for, one way or the other, and there is room for others. */
  readonly answered: () => void;
}

/** Publishes to one stream that may be unacknowledged at one time, each of another key. */
const perStreamMax = 256;
/**
 * A window that was full is filled again once so few are left in it: acknowledgements come by the
 * handful, and a write of a handful costs as much as one of many.
 */
const refillAt = 192;
const retryMinMs = 100;
const retryMaxMs = 5_000;
/** A silent stream is asked again so soon, without waiting for the answers that are due. */
const askEveryMs = 250;
/** More than are asked until the first of them counts as not acknowledged. */
const askedMax = 16;
/** A stream that took nothing for so long was away, not only unwilling to take some message. */
const awayAfterMs = 1_000;

/** Streams have their windows apart, so that one which is full or silent slows no other. */
export function relayWindow(options: RelayWindowOptions): RelayWindow {
  const { broker, clock, random, log, memory, queue, streamOf, stalledSinceMs, meters } = options;
  const inFlight = new Map<string, number>();
  /** Streams whose windows were full and are not filled again yet. */
  const full = new Set<string>();
  /** Streams that left a publish unanswered: now and then one message asks whether they answer again. */
  const silent = new Set<string>();
  const askedAtMs = new Map<string, number>();
  const tookAtMs = new Map<string, number>();
  const failing = new Set<string>();

  const sent = (stream: string) => inFlight.get(stream) ?? 0;
  const mayAsk = (stream: string, nowMs: number) =>
    sent(stream) < askedMax && nowMs - (askedAtMs.get(stream) ?? 0) >= askEveryMs;

  const hasRoom = (stream: string, nowMs: number) => {
    if (silent.has(stream)) return mayAsk(stream, nowMs);
    if (sent(stream) >= perStreamMax) full.add(stream);
    return !full.has(stream);
  };

  const succeeded = (message: PendingMessage, stream: string) => {
    queue.release(message);
    silent.delete(stream);
    const nowMs = clock.monotonicMs();
    const wasAway = nowMs - (tookAtMs.get(stream) ?? 0) > awayAfterMs;
    tookAtMs.set(stream, nowMs);
    stalledSinceMs.delete(stream);
    if (failing.delete(stream) && wasAway) queue.retryNow(stream);
  };

  const failed = (message: PendingMessage, stream: string, error: unknown) => {
    // Not acknowledged: it may be stored or not, so it goes again under the same id.
    const doublings = Math.min(queue.failures(message), 10);
    const delayMs = Math.min(retryMinMs * 2 ** doublings, retryMaxMs);
    queue.retryAfter(message, clock.monotonicMs() + jittered(delayMs, random));
    if (!(error instanceof PublishRefused)) {
      silent.add(stream);
      memory.doubt(stream);
    }
    if (!stalledSinceMs.has(stream)) stalledSinceMs.set(stream, clock.monotonicMs());
    full.delete(stream);
    if (failing.has(stream)) return;
    failing.add(stream);
    log.warn("publish not acknowledged", { err: error, subject: message.subject });
  };

  const count = (stream: string, outcome: PublishOutcome) =>
    meters?.published.add(1, { stream, outcome });

  const publish = async (message: PendingMessage) => {
    const { id, eventId, subject } = message;
    const stream = streamOf(subject);
    inFlight.set(stream, sent(stream) + 1);
    const sentMs = clock.monotonicMs();
    askedAtMs.set(stream, sentMs);
    const highestWhenSent = memory.highest(stream);
    const span = sendSpan(message);
    try {
      const ack = await broker.publish(message);
      span?.setAttribute("messaging.nats.sequence", ack.sequence);
      meters?.answered.observe((clock.monotonicMs() - sentMs) / 1_000, { stream });
      if (ack.duplicate) {
        await confirmStored(broker, message, ack);
        // An earlier copy of it may have taken the place of one that was forgotten, and only the
        // answer to that copy, which nobody heard, would have told.
        memory.doubt(stream);
      }
      memory.acknowledged({ ...ack, id, eventId }, highestWhenSent);
      options.acknowledged({ id, stream: ack.stream, sequence: ack.sequence });
      succeeded(message, stream);
      count(stream, ack.duplicate ? "duplicate" : "stored");
    } catch (error) {
      if (span) failSpan(span, error);
      count(stream, error instanceof PublishRefused ? "refused" : "unanswered");
      failed(message, stream, error);
    } finally {
      span?.end();
      inFlight.set(stream, sent(stream) - 1);
      if (sent(stream) <= refillAt) full.delete(stream);
      if (!full.has(stream)) options.answered();
    }
  };

  return {
    fill(nowMs) {
      const mayTake = (stream: string) => hasRoom(stream, nowMs);
      for (let next = queue.take(nowMs, mayTake); next; next = queue.take(nowMs, mayTake)) {
        void publish(next);
      }
    },
    askInMs(nowMs) {
      const waits = [...silent]
        .filter((stream) => sent(stream) < askedMax)
        .map((stream) => (askedAtMs.get(stream) ?? 0) + askEveryMs - nowMs);
      // Where the time has come and nothing was asked, there was nothing to ask with.
      return Math.min(...waits.filter((waitMs) => waitMs > 0));
    },
    get inFlight() {
      return [...inFlight.values()].reduce((sum, count) => sum + count, 0);
    },
  };
}

/**
 * Within its dedup window the broker calls a message a duplicate by its id, also when it has lost
 * the message itself, perhaps before its first acknowledgement came: then nobody else would notice.
 * Only the message in its place counts.
 */
async function confirmStored(broker: Broker, message: PendingMessage, ack: PubAck): Promise<void> {
  const found = await broker.messageAt(ack.stream, ack.sequence);
  const id = found && decodeHeaders(found.headers).get("nats-msg-id");
  if (id !== message.eventId) {
    throw new PublishRefused("the broker calls the message a duplicate and does not have it");
  }
}
