import fc from "fast-check";
import type { InboxStore } from "../../messaging/inbox.ts";
import { type TransactionStep, transactionStep } from "./inbox-transaction-steps.ts";
import type { MessagingStores } from "./messaging-stores.ts";
import { deadLetterSeen, failuresSeen, laneSeen, parkedSeen } from "./seen.ts";
import {
  aKey,
  aLetterId,
  anEntry,
  anEventId,
  aParked,
  aRevision,
  aVersion,
  hourMs,
  someHours,
} from "./store-arbitraries.ts";

type Inbox = InboxStore<Record<string, never>>;

/** One thing done to the stores, and its answer. */
export interface StoreStep {
  readonly name: string;
  take(stores: MessagingStores): Promise<unknown>;
}

function step<A>(
  name: string,
  args: fc.Arbitrary<A>,
  take: (inbox: Inbox, args: A) => Promise<unknown>,
): fc.Arbitrary<StoreStep> {
  return args.map((given) => ({
    name,
    given,
    take: ({ inbox }: MessagingStores) => take(inbox, given),
  }));
}

const retryInMs = someHours.map((hours) => hours * hourMs);
const place = fc.tuple(aKey, aVersion);

const settled = step(
  "settled",
  fc.array(fc.tuple(anEventId, aKey, aVersion, fc.boolean()), { minLength: 1, maxLength: 4 }),
  async (inbox, asked) => {
    const messages = asked.map(([eventId, key, version, hasLane]) => ({
      eventId,
      lane: hasLane ? { key, version } : undefined,
    }));
    const found = await inbox.settled(messages);
    return messages.map((message) => found.has(message));
  },
);

/** What reads the committed rows and waits for nobody. */
const reading: fc.Arbitrary<StoreStep> = fc.oneof(
  settled,
  step("heads", fc.tuple(fc.integer({ min: 1, max: 3 }), aKey), async (inbox, [limit, after]) =>
    (await inbox.heads(limit, limit === 3 ? "" : after)).map(parkedSeen),
  ),
  step("gaps", fc.tuple(someHours, fc.integer({ min: 1, max: 2 })), async (inbox, [h, room]) => {
    const query = { waitedMs: h * hourMs + hourMs / 2, roomBelow: room, limit: 10 };
    // Those that moved at one instant are in any order.
    return new Set((await inbox.gaps(query)).map(laneSeen));
  }),
  step("trouble", fc.constant(null), (inbox) => inbox.trouble()),
  step("findLane", aKey, async (inbox, key) => {
    const lane = await inbox.findLane(key);
    return lane && laneSeen(lane);
  }),
  step("findDeadLetter", aLetterId, async (inbox, id) =>
    deadLetterSeen(await inbox.findDeadLetter(id)),
  ),
);

const writing: fc.Arbitrary<StoreStep> = fc.oneof(
  step("markStarted", anEventId, (inbox, eventId) => inbox.markStarted(eventId)),
  step("clearStarted", anEventId, (inbox, eventId) => inbox.clearStarted(eventId)),
  step("recordFailure", anEventId, async (inbox, eventId) =>
    failuresSeen(await inbox.recordFailure(eventId, "it failed")),
  ),
  step("markParkedStarted", place, async (inbox, [key, version]) =>
    parkedSeen(await inbox.markParkedStarted(key, version)),
  ),
  step(
    "endParkedRun",
    fc.tuple(place, retryInMs, fc.boolean()),
    (inbox, [[key, version], retryInMs, failed]) =>
      inbox.endParkedRun(key, version, { retryInMs, ...(failed ? { error: "it failed" } : {}) }),
  ),
  step("caughtUp", place, (inbox, [key, upTo]) => inbox.caughtUp(key, upTo)),
  step("markStuck", place, (inbox, [key, version]) => inbox.markStuck(key, version)),
  step(
    "recordRedriveFailure",
    fc.tuple(aLetterId, aRevision, anEntry),
    (inbox, [id, revision, entry]) =>
      inbox.recordRedriveFailure({ id, revision }, "it failed", entry),
  ),
);

/** A transaction, what is read outside while it is open, and whether it commits. */
const transaction: fc.Arbitrary<StoreStep> = fc
  .record({
    steps: fc.array(transactionStep, { minLength: 1, maxLength: 6 }),
    meanwhile: fc.array(reading, { maxLength: 2 }),
    commits: fc.boolean().map((rollsBack) => !rollsBack),
  })
  .map((given) => ({ name: "transaction", given, take: (stores) => transact(stores, given) }));

async function transact(
  stores: MessagingStores,
  given: {
    readonly steps: readonly TransactionStep[];
    readonly meanwhile: readonly StoreStep[];
    readonly commits: boolean;
  },
): Promise<unknown> {
  const answers: unknown[] = [];
  const rolledBack = new Error("this transaction is to roll back");
  try {
    await stores.inbox.transaction(async (tx) => {
      for (const each of given.steps) answers.push(await each.take(tx));
      tx.afterCommit(() => answers.push("after the commit"));
      for (const each of given.meanwhile) answers.push(await each.take(stores));
      if (!given.commits) throw rolledBack;
    });
  } catch (error) {
    answers.push(error === rolledBack ? "rolled back" : "failed");
  }
  return answers;
}

/**
 * A lane that stands at a version and has one parked a little ahead of it: what heads, gaps and marks
 * are about, and what single steps seldom come to.
 */
const waitingLane: fc.Arbitrary<StoreStep> = step(
  "waitingLane",
  fc.record({ parked: aParked, ahead: fc.integer({ min: 1, max: 2 }), behind: fc.boolean() }),
  (inbox, { parked, ahead, behind }) =>
    inbox.transaction(async (tx) => {
      const { key } = parked;
      const lane = (await tx.lockLanes([key])).get(key);
      if (!lane) throw new Error("a lane that was locked is there");
      await tx.park([{ ...parked, version: lane.version + ahead }]);
      await tx.saveLanes([{ ...lane, blocked: false, waiting: 1, behind }]);
    }),
);

/** Everything that a consumer's store can do. */
export const inboxStep: fc.Arbitrary<StoreStep> = fc.oneof(
  { weight: 3, arbitrary: transaction },
  { weight: 1, arbitrary: waitingLane },
  { weight: 2, arbitrary: writing },
  { weight: 2, arbitrary: reading },
);
