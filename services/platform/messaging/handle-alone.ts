import { crashPoint } from "../crash-point.ts";
import { asParked, hasLane, heldVersions } from "./batch.ts";
import type { StoredMessage } from "./broker.ts";
import { type ConsumerOptions, type InHand, transact } from "./consumer.ts";
import { isBlameless } from "./database-faults.ts";
import { setAside, type Trouble } from "./dead-letter.ts";
import { describeError } from "./describe-error.ts";
import type { Failures, InboxTransaction, Lane } from "./inbox.ts";
import { type Incoming, readHeaders } from "./incoming.ts";
import { placeIn } from "./lane.ts";
import { inTraceOf } from "./message-spans.ts";
import { abandonedMax, afterFailure, leftBehind, putOffMs, retryDelayMs } from "./retry.ts";

/**
 * Handles one message by itself. One that was delivered before is a suspect: it may have ended the
 * process that had it, so a mark is committed before its handler runs and cleared when that returns
 * or throws. Only marks left behind condemn a message, never the broker's count of deliveries,
 * which its innocent neighbours share.
 */
export async function handleAlone<S>(options: ConsumerOptions<S>, one: InHand): Promise<void> {
  const { message, redelivered } = one;
  if (redelivered) {
    const abandoned = await markStarted(options, message.eventId);
    if (abandoned >= abandonedMax) {
      await condemn(options, message, leftBehind(abandoned));
      return one.ack();
    }
  }

  let failure: unknown;
  try {
    await transact(options, [message], { alone: true });
    crashPoint("consumer.after-commit-before-ack");
    return one.ack();
  } catch (error) {
    failure = error;
  }
  const answer = isBlameless(failure) ? putOff : answerFailure;
  await inTraceOf(message, () => answer(options, one, failure));
}

/**
 * Handles a message that was found in the stream rather than delivered. Its failures are counted
 * like any other's; what the broker would be answered concerns nobody.
 */
export async function handleFound<S>(
  options: ConsumerOptions<S>,
  message: StoredMessage,
): Promise<void> {
  const answered = () => undefined;
  const found = { message: readHeaders(message), redelivered: false, ack: answered, nak: answered };
  await handleAlone(options, found);
}

async function markStarted<S>(
  { store, unclean }: ConsumerOptions<S>,
  eventId: string,
): Promise<number> {
  if (unclean.has(eventId)) {
    await store.clearStarted(eventId);
    unclean.delete(eventId);
  }
  return store.markStarted(eventId);
}

/**
 * The failure is not the message's: it comes again later, with no attempt counted and no mark left.
 * That the mark can be cleared shows that the database answers; when it cannot, all of it is away,
 * and the consumer starts anew.
 */
async function putOff<S>(
  { store, log, unclean }: ConsumerOptions<S>,
  { message: { eventId }, redelivered, nak }: InHand,
  failure: unknown,
): Promise<void> {
  if (redelivered) unclean.add(eventId);
  await store.clearStarted(eventId);
  unclean.delete(eventId);
  log.warn("message put off", { err: failure, eventId });
  nak(putOffMs);
}

async function answerFailure<S>(
  options: ConsumerOptions<S>,
  { message, ack, nak }: InHand,
  failure: unknown,
): Promise<void> {
  const { store, random, retry, meters, log } = options;
  const { eventId, type } = message;
  const error = describeError(failure);
  const failures = await store.recordFailure(eventId, error);
  const { attempts } = failures;
  meters?.failures.add(1, { consumer: store.consumer });
  log.warn("message failed", { err: failure, eventId, type, attempts });
  switch (afterFailure(attempts, options.order, retry)) {
    case "again":
      return nak(retryDelayMs(attempts, retry, random));
    case "park":
      await parkHead(options, message, failures);
      return ack();
    case "dead":
      await condemn(options, message, { ...failures, reason: "attempts_used", error });
      return ack();
  }
}

/** Keeps a failing message as its lane's head, to be tried again from the database. */
async function parkHead<S>(
  { store, retry, random, headsMayRun }: ConsumerOptions<S>,
  message: Incoming,
  failures: Failures,
): Promise<void> {
  const retryInMs = retryDelayMs(failures.attempts, retry, random);
  await store.transaction(async (tx) => {
    if (!hasLane(message)) return;
    await tx.remember([message.eventId]);
    const lane = await lockOpenLane(tx, message.lane);
    if (lane) {
      await tx.park([{ ...asParked(message), ...failures, retryInMs }]);
      await tx.saveLanes([{ ...lane, waiting: lane.waiting + 1 }]);
    }
    await tx.clearAttempts([message.eventId]);
  });
  headsMayRun();
}

/** Makes a message a dead letter, and blocks its lane when it is the lane's next. */
async function condemn<S>(
  { store, rules, order }: ConsumerOptions<S>,
  message: Incoming,
  trouble: Trouble,
): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.remember([message.eventId]);
    if (order === "key" && hasLane(message)) await condemnInLane(tx, message);
    else await setAside(tx, message, rules, trouble);
    await tx.clearAttempts([message.eventId]);
  });

  async function condemnInLane(
    tx: InboxTransaction<S>,
    keyed: Incoming & { readonly lane: { readonly key: string; readonly version: number } },
  ): Promise<void> {
    const lane = await lockOpenLane(tx, keyed.lane);
    if (!lane) return;
    if (placeIn(lane, keyed.lane.version) === "early") {
      // It ended a process before its turn; it is judged again when that has come.
      await tx.park([{ ...asParked(keyed), attempts: trouble.attempts ?? 0 }]);
      await tx.saveLanes([{ ...lane, waiting: lane.waiting + 1 }]);
      return;
    }
    await setAside(tx, keyed, rules, trouble);
    await tx.saveLanes([{ ...lane, blocked: true }]);
  }
}

/** Locks a message's lane; undefined when the message was handled, parked or set aside meanwhile. */
async function lockOpenLane<S>(
  tx: InboxTransaction<S>,
  { key, version }: { readonly key: string; readonly version: number },
): Promise<Lane | undefined> {
  const lane = (await tx.lockLanes([key])).get(key);
  if (!lane || placeIn(lane, version) === "duplicate") return undefined;
  return (await heldVersions(tx, [lane])).get(key)?.has(version) ? undefined : lane;
}
