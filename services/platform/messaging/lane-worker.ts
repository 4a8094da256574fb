import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-point.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import { type BatchRules, type Keyed, runAll } from "./batch.ts";
import { isBlameless, repeatedOnContention } from "./database-faults.ts";
import { setAside, type Trouble } from "./dead-letter.ts";
import { describeError } from "./describe-error.ts";
import { readHeld } from "./held-message.ts";
import type { InboxStore, InboxTransaction, Lane, ParkedMessage } from "./inbox.ts";
import { moved, placeIn } from "./lane.ts";
import { writeMessageLines } from "./message-lines.ts";
import { inTraceOf, processing } from "./message-spans.ts";
import type { ConsumerMeters } from "./messaging-meters.ts";
import { atOnce, type OneAtATime } from "./one-at-a-time.ts";
import {
  abandonedMax,
  afterFailure,
  leftBehind,
  putOffMs,
  type RetryPolicy,
  retryDelayMs,
} from "./retry.ts";
import type { Wake } from "./wake.ts";

export interface LaneWorkerOptions<S> {
  readonly store: InboxStore<S>;
  readonly rules: BatchRules<S>;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Marks that could not be cleared because the database went away: no crash left them. */
  readonly unclean: Set<string>;
  readonly meters?: ConsumerMeters | undefined;
  /** Woken when a lane moved or a lane was freed. */
  readonly wake: Wake;
  /** Shared with the redrives of this process: a letter that ends it must not leave another's mark. */
  readonly suspects?: OneAtATime | undefined;
}

/** Lanes looked at in one round, and messages of one lane run before the others have their turn. */
const lanesPerRound = 50;
const runsPerLane = 50;
const pollMs = 500;
/** How often is looked when a hint is all that is waited for. */
const idlePollMs = 2_000;

/**
 * Runs parked messages whose turn has come: the broker will not deliver them again. It runs on the
 * relay's leader alone, so that a started mark which is still there was left by a crash or a pause
 * and never belongs to another replica at work. Hints end its rests; a delay that ends by itself hints
 * at nothing, so it rests longer only when nothing has been seen or heard of for as long as any lasts.
 */
export async function workLanes<S>(
  options: LaneWorkerOptions<S>,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, retry, wake } = options;
  const delayMaxMs = 2 * Math.max(retry.delayMaxMs, putOffMs);
  let signAtMs = clock.monotonicMs();
  const seen = () => {
    signAtMs = clock.monotonicMs();
  };
  const unhook = wake.listen(seen);
  try {
    for (let afterKey = ""; !signal.aborted; ) {
      const heads = await store.heads(lanesPerRound, afterKey);
      for (const head of heads) {
        if (signal.aborted) return;
        await runLane(options, head, signal);
      }
      if (heads.length > 0) seen();
      // Round by key, so that no lane waits for another's long row of parked messages.
      const more = heads.length === lanesPerRound;
      const rested = afterKey === "" && heads.length === 0;
      afterKey = more ? (heads.at(-1)?.key ?? "") : "";
      const isIdle = clock.monotonicMs() - signAtMs > delayMaxMs;
      if (rested) await wake.next(isIdle ? idlePollMs : pollMs, clock, signal);
    }
  } finally {
    unhook();
  }
}

async function runLane<S>(
  options: LaneWorkerOptions<S>,
  head: ParkedMessage,
  signal: AbortSignal,
): Promise<void> {
  const { suspects = atOnce } = options;
  let version = head.version;
  for (let runs = 0; runs < runsPerLane && !signal.aborted; runs += 1, version += 1) {
    const turn = version;
    if (!(await suspects.run(() => runHead(options, head.key, turn)))) return;
  }
}

/** Runs one parked message. Returns whether the lane moved. */
async function runHead<S>(
  options: LaneWorkerOptions<S>,
  key: string,
  version: number,
): Promise<boolean> {
  const { store, rules, unclean, clock, log } = options;
  const mark = `${key} ${version}`;
  if (unclean.has(mark)) {
    await store.endParkedRun(key, version, { retryInMs: 0 });
    unclean.delete(mark);
  }
  const parked = await store.markParkedStarted(key, version);
  if (!parked) return false;
  if (parked.abandoned >= abandonedMax) {
    await bury(options, parked, { ...parked, ...leftBehind(parked.abandoned) });
    return false;
  }

  const message = readHeld(parked);
  const { consumer } = rules;
  const startedMs = clock.monotonicMs();
  let failure: unknown;
  try {
    const ran = await processing([message], { consumer, operation: "run parked" }, () =>
      inLane(store, parked, (tx, lane) => run(tx, lane, { parked, message }, rules)),
    );
    crashPoint("lane-worker.after-commit");
    if (ran) writeMessageLines(log, [message], clock.monotonicMs() - startedMs);
    // A lane that was reopened meanwhile: no crash left the mark.
    if (!ran) await store.endParkedRun(key, version, { retryInMs: 0 });
    return ran;
  } catch (error) {
    failure = error;
  }
  const answer = isBlameless(failure) ? putOff : endFailedRun;
  await inTraceOf(message, () => answer(options, parked, failure));
  return false;
}

/** The failure is not the message's: it waits a moment, with no attempt counted and no mark left. */
async function putOff<S>(
  { store, log, unclean }: LaneWorkerOptions<S>,
  { key, version, eventId }: ParkedMessage,
  failure: unknown,
): Promise<void> {
  unclean.add(`${key} ${version}`);
  await store.endParkedRun(key, version, { retryInMs: putOffMs });
  unclean.delete(`${key} ${version}`);
  log.warn("parked message put off", { err: failure, eventId });
}

async function endFailedRun<S>(
  options: LaneWorkerOptions<S>,
  parked: ParkedMessage,
  failure: unknown,
): Promise<void> {
  const { store, rules, retry, random, meters, log } = options;
  const { key, version, eventId } = parked;
  const attempts = parked.attempts + 1;
  const error = describeError(failure);
  meters?.failures.add(1, { consumer: rules.consumer });
  log.warn("parked message failed", { err: failure, eventId, attempts });
  if (afterFailure(attempts, "key", retry) === "dead") {
    await bury(options, parked, { ...parked, attempts, reason: "attempts_used", error });
  } else {
    const retryInMs = retryDelayMs(attempts, retry, random);
    await store.endParkedRun(key, version, { error, retryInMs });
  }
}

/** Works on a parked message under its lane's lock; false when its turn is over or yet to come. */
function inLane<S>(
  { transaction }: InboxStore<S>,
  { key, version }: ParkedMessage,
  work: (tx: InboxTransaction<S>, lane: Lane) => Promise<boolean>,
): Promise<boolean> {
  return repeatedOnContention(() =>
    transaction(async (tx) => {
      const lane = (await tx.lockLanes([key])).get(key);
      if (!lane || placeIn(lane, version) !== "next") return false;
      return work(tx, lane);
    }),
  );
}

async function run<S>(
  tx: InboxTransaction<S>,
  lane: Lane,
  { parked, message }: { readonly parked: ParkedMessage; readonly message: Keyed },
  rules: BatchRules<S>,
): Promise<boolean> {
  if (!(await tx.unpark(parked.key, parked.version))) return false;
  const reading = rules.payloads.read(message);
  const waiting = lane.waiting - 1;
  if (!reading.ok) {
    await setAside(tx, message, rules, { ...reading, attempts: parked.attempts });
    await tx.saveLanes([{ ...lane, waiting, blocked: true }]);
    return false;
  }
  const handler = rules.handlers.get(message.type);
  await runAll(tx, [{ message, handler, body: reading.body }], rules);
  await tx.saveLanes([{ ...moved(lane), waiting }]);
  crashPoint("lane-worker.before-commit");
  return true;
}

/** Turns a parked head into a dead letter that blocks its lane. */
async function bury<S>(
  { store, rules, log }: LaneWorkerOptions<S>,
  parked: ParkedMessage,
  trouble: Trouble,
): Promise<void> {
  const { key, version, eventId } = parked;
  await inLane(store, parked, async (tx, lane) => {
    if (!(await tx.unpark(key, version))) return false;
    await setAside(tx, readHeld(parked), rules, trouble);
    await tx.saveLanes([{ ...lane, waiting: lane.waiting - 1, blocked: true }]);
    return true;
  });
  log.error("message set aside", { eventId, key, reason: trouble.reason });
}
