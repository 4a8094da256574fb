import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-point.ts";
import type { Log } from "../log.ts";
import { isLockTimeout } from "../outage.ts";
import type { Random } from "../random.ts";
import { type BatchResult, type BatchRules, handleKeyed, handleLatest } from "./batch.ts";
import type { Broker, Delivery, Subscription } from "./broker.ts";
import { isBlameless, repeatedOnContention } from "./database-faults.ts";
import { handleAlone } from "./handle-alone.ts";
import type { InboxStore } from "./inbox.ts";
import { type Incoming, readHeaders } from "./incoming.ts";
import { writeMessageLines } from "./message-lines.ts";
import { processing } from "./message-spans.ts";
import type { ConsumerMeters } from "./messaging-meters.ts";
import { putOffMs, type RetryPolicy } from "./retry.ts";

export interface ConsumerOptions<S> {
  readonly stream: string;
  readonly durable: string;
  /** `key`: every message of an aggregate, in the order of its versions. `latest`: whole states, newest wins. */
  readonly order: "key" | "latest";
  readonly store: InboxStore<S>;
  readonly broker: Broker;
  readonly rules: BatchRules<S>;
  readonly retry: RetryPolicy;
  /** How many messages a transaction takes; 100 where it is left out. */
  readonly batchMax?: number;
  /** The durable's: what is in hand says three times within it that it still is. */
  readonly ackWaitMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Messages whose mark could not be cleared because the database went away: no crash left it. */
  readonly unclean: Set<string>;
  /** What is counted as it happens. Default: nobody counts. */
  readonly meters?: ConsumerMeters | undefined;
  /** Called when the turn of a parked message may have come. */
  readonly headsMayRun: () => void;
}

/** A message that was delivered, its headers read, and how it is answered. */
export interface InHand {
  readonly message: Incoming;
  readonly redelivered: boolean;
  /** Done with: handled, kept in the database, or known already. */
  ack(): void;
  /** To be delivered again. */
  nak(delayMs: number): void;
}

const batchMaxDefault = 100;
/** While the database works on one full batch, the process reads the next. */
const batchesMax = 2;
/** A batch holds its lanes and rows as long as it runs, and others wait for them with a limit. */
const batchSlowMs = 1_000;
const batchQuickMs = 250;
/** Where messages come one after another, a batch is followed by a rest as long as itself, up to this. */
const restMaxMs = 5;

/**
 * Pulls from the durable and handles what comes, a batch a transaction, acknowledging after the
 * commit. A second batch is begun beside the first, as another replica would, only when both are full
 * ones; one with suspects runs by itself. Rejects when the broker or the database fails as a whole,
 * for the supervisor to start it again; single messages never end it.
 */
export async function consume<S>(options: ConsumerOptions<S>, signal: AbortSignal): Promise<void> {
  const { broker, stream, durable, batchMax = batchMaxDefault, ackWaitMs, clock } = options;
  const subscription = await broker.subscribe(stream, durable, batchMax * 2);
  const inHand = new Set<Delivery>();
  const stopped = new AbortController();
  const keepingHold = keepHold({ inHand, subscription }, ackWaitMs / 3, {
    clock,
    signal: stopped.signal,
  });
  const running = new Set<Promise<void>>();
  const faults: unknown[] = [];
  let size = batchMax;

  const handle = async (deliveries: readonly Delivery[]) => {
    const startedMs = clock.monotonicMs();
    // The earlier ones alone: were each to wait for the other, none would end.
    const earlier = [...running];
    const ofOurs = () => earlier.filter((batch) => running.has(batch));
    try {
      await handleDeliveries(options, deliveries, { inHand, signal, earlier: ofOurs });
    } finally {
      // Whatever was not answered goes back; a second answer of the same message has no effect.
      for (const delivery of deliveries) if (inHand.delete(delivery)) delivery.nak(putOffMs);
    }
    const tookMs = clock.monotonicMs() - startedMs;
    size = nextBatchSize(size, { tookMs, batchMax });
    const waiting = subscription.waiting();
    if (waiting > 0 && waiting < size) await clock.sleep(Math.min(tookMs, restMaxMs), signal);
  };
  const start = (deliveries: readonly Delivery[]) => {
    const handling = handle(deliveries)
      .catch((error: unknown) => void faults.push(error))
      .finally(() => running.delete(handling));
    running.add(handling);
  };

  try {
    while (!signal.aborted && faults.length === 0) {
      const deliveries = await subscription.next(size, signal);
      if (deliveries.length === 0) continue;
      for (const delivery of deliveries) inHand.add(delivery);
      crashPoint("consumer.after-fetch-before-transaction");
      const hasSuspects = deliveries.some(({ redelivered }) => redelivered);
      if (hasSuspects) await Promise.all(running);
      if (faults.length > 0 || signal.aborted) break;
      start(deliveries);
      // Beside a small one, or one made small for being slow, the next would mostly wait for its locks.
      const isFull = deliveries.length >= batchMax;
      const mayStartAnother = () =>
        running.size < batchesMax && isFull && !hasSuspects && subscription.waiting() >= batchMax;
      while (running.size > 0 && !mayStartAnother()) await Promise.race(running);
    }
  } finally {
    await Promise.all(running);
    for (const delivery of inHand) delivery.nak(putOffMs);
    stopped.abort();
    await keepingHold;
    await subscription.close();
  }
  if (faults.length > 0) throw faults[0];
}

/** Half as many after a slow batch, twice as many after a quick one. */
export function nextBatchSize(
  size: number,
  { tookMs, batchMax }: { readonly tookMs: number; readonly batchMax: number },
): number {
  if (tookMs > batchSlowMs) return Math.max(1, Math.floor(size / 2));
  return tookMs < batchQuickMs ? Math.min(batchMax, size * 2) : size;
}

/** Says of everything in hand that it is still worked on, so that nobody else is given it. */
async function keepHold(
  held: { readonly inHand: ReadonlySet<Delivery>; readonly subscription: Subscription },
  everyMs: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(everyMs, signal);
    for (const delivery of held.inHand) delivery.working();
    held.subscription.working();
  }
}

interface Held {
  readonly inHand: Set<Delivery>;
  readonly signal?: AbortSignal;
  /** Batches of this consumer that were begun before and have not ended. They never reject. */
  readonly earlier?: () => readonly Promise<void>[];
}

/**
 * Handles what was delivered; answers each message and takes it out of `inHand`. When `signal`
 * aborts it stops between two messages and leaves the rest unanswered.
 */
export async function handleDeliveries<S>(
  options: ConsumerOptions<S>,
  deliveries: readonly Delivery[],
  held: Held,
): Promise<void> {
  const batch = deliveries.map(
    (delivery): InHand => ({
      message: readHeaders(delivery),
      redelivered: delivery.redelivered,
      ack: () => {
        held.inHand.delete(delivery);
        delivery.ack();
      },
      nak: (delayMs) => {
        held.inHand.delete(delivery);
        delivery.nak(delayMs);
      },
    }),
  );
  const fresh = batch.filter(({ redelivered }) => !redelivered);
  const suspects = batch.filter(({ redelivered }) => redelivered);

  const { meters } = options;
  const { consumer } = options.store;
  meters?.received.add(batch.length, { consumer });
  if (suspects.length > 0) meters?.redelivered.add(suspects.length, { consumer });
  const failed = fresh.length > 0 ? await tryTogether(options, fresh, held) : [];
  const settled = await settledOf(options, suspects);
  if (settled.size > 0) meters?.duplicates.add(settled.size, { consumer });
  for (const suspect of settled) suspect.ack();
  for (const one of [...failed, ...suspects.filter((suspect) => !settled.has(suspect))]) {
    if (held.signal?.aborted) return;
    await handleAlone(options, one);
  }
}

/**
 * Handles fresh messages in one transaction. Returns those that have to be tried one by one. A lock
 * that was not given in time while an earlier batch of ours runs is most likely that batch's: once it
 * has ended, this one is repeated as it is, for what is put off comes back as suspects, one by one.
 */
async function tryTogether<S>(
  options: ConsumerOptions<S>,
  batch: readonly InHand[],
  { earlier = () => [], ...held }: Held,
): Promise<readonly InHand[]> {
  const messages = batch.map(({ message }) => message);
  try {
    await transact(options, messages, { alone: false });
  } catch (error) {
    const before = isLockTimeout(error) ? earlier() : [];
    if (before.length > 0) {
      await Promise.all(before);
      if (held.signal?.aborted) return [];
      return tryTogether(options, batch, held);
    }
    if (!isBlameless(error)) return batch;
    // The database answers, so it was a lock: whoever holds it is given time.
    await options.store.ping();
    options.log.warn("batch put off", { err: error, messages: batch.length });
    for (const one of batch) one.nak(putOffMs);
    return [];
  }
  crashPoint("consumer.after-commit-before-ack");
  for (const one of batch) one.ack();
  return [];
}

async function settledOf<S>(
  { store, order }: ConsumerOptions<S>,
  suspects: readonly InHand[],
): Promise<ReadonlySet<InHand>> {
  if (suspects.length === 0) return new Set();
  const asked = suspects.map(({ message }) => ({
    eventId: message.eventId,
    lane: order === "key" ? message.lane : undefined,
  }));
  const settled = await store.settled(asked);
  return new Set(
    suspects.filter((_, index) => {
      const one = asked[index];
      return one !== undefined && settled.has(one);
    }),
  );
}

/** One transaction over the batch. Deadlocks and serialization failures repeat it and count as no attempt. */
export async function transact<S>(
  { store, order, rules, clock, meters, log, headsMayRun }: ConsumerOptions<S>,
  batch: readonly Incoming[],
  { alone }: { readonly alone: boolean },
): Promise<BatchResult> {
  const { consumer } = rules;
  const startedMs = clock.monotonicMs();
  const result = await processing(batch, { consumer, operation: "process" }, () =>
    repeatedOnContention(() =>
      store.transaction(async (tx) => {
        const handled = await (order === "key" ? handleKeyed : handleLatest)(tx, batch, rules);
        if (alone) await tx.clearAttempts(batch.map(({ eventId }) => eventId));
        crashPoint("consumer.in-transaction-before-commit");
        return handled;
      }),
    ),
  );
  const ms = clock.monotonicMs() - startedMs;
  meters?.transactions.observe(ms / 1_000, { consumer });
  writeMessageLines(log, batch, ms);
  if (result.duplicates > 0) meters?.duplicates.add(result.duplicates, { consumer });
  if (result.headsMayRun) headsMayRun();
  return result;
}
