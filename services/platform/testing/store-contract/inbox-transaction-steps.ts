import fc from "fast-check";
import type { InboxTransaction } from "../../messaging/inbox.ts";
import { deadLetterSeen, laneSeen } from "./seen.ts";
import {
  aDeadLetter,
  aKey,
  aLane,
  aLetterId,
  anEntry,
  anOutgoing,
  aParked,
  aPayload,
  aRevision,
  aVersion,
  keys,
  someEventIds,
} from "./store-arbitraries.ts";

/** One thing done in an open transaction, and its answer. */
export interface TransactionStep {
  readonly name: string;
  take(tx: InboxTransaction<unknown>): Promise<unknown>;
}

const seenLetter = fc.record({ id: aLetterId, revision: aRevision });

/** A step on arguments that a failing run prints. */
function step<A>(
  name: string,
  args: fc.Arbitrary<A>,
  take: (tx: InboxTransaction<unknown>, args: A) => Promise<unknown>,
): fc.Arbitrary<TransactionStep> {
  return args.map((given) => ({
    name,
    given,
    take: (tx: InboxTransaction<unknown>) => take(tx, given),
  }));
}

/** Everything that an `InboxTransaction` can do. */
export const transactionStep: fc.Arbitrary<TransactionStep> = fc.oneof(
  step("remember", someEventIds, (tx, ids) => tx.remember(ids)),
  step("forget", someEventIds, (tx, ids) => tx.forget(ids)),
  step("lockLanes", keys, async (tx, locked) => {
    const lanes = await tx.lockLanes(locked);
    return [...lanes.values()].map(laneSeen);
  }),
  step(
    "saveLanes",
    fc.uniqueArray(aLane, { maxLength: 2, selector: ({ key }) => key }),
    async (tx, lanes) => {
      await tx.lockLanes(lanes.map(({ key }) => key).sort());
      await tx.saveLanes(lanes);
    },
  ),
  step("reopenLane", aLane, (tx, lane) => tx.reopenLane(lane)),
  step("parkedVersions", keys, (tx, of) => tx.parkedVersions(of)),
  step("deadVersions", keys, (tx, of) => tx.deadVersions(of)),
  step("parkedCount", fc.constant(null), (tx) => tx.parkedCount()),
  step("park", fc.array(aParked, { maxLength: 3 }), (tx, messages) => tx.park(messages)),
  step("unpark", fc.tuple(aKey, aVersion), (tx, [key, version]) => tx.unpark(key, version)),
  step("addDeadLetter", aDeadLetter, (tx, letter) => tx.addDeadLetter(letter)),
  step(
    "resolveDeadLetter",
    fc.tuple(seenLetter, fc.constantFrom("done" as const, "discarded" as const)),
    async (tx, [seen, state]) => deadLetterSeen(await tx.resolveDeadLetter(seen, state)),
  ),
  step("restoreDeadLetter", seenLetter, async (tx, seen) =>
    deadLetterSeen(await tx.restoreDeadLetter(seen)),
  ),
  step("reviseDeadLetter", fc.tuple(seenLetter, aPayload), async (tx, [seen, payload]) => {
    const difference = [{ path: "items[0]", before: 1, after: null }];
    const edit = { payload, actor: "someone", reason: "it was wrong", difference };
    return deadLetterSeen(await tx.reviseDeadLetter(seen, edit));
  }),
  step("clearAttempts", someEventIds, (tx, ids) => tx.clearAttempts(ids)),
  step("append", fc.array(anOutgoing, { maxLength: 2 }), (tx, messages) => tx.append(messages)),
  step("audit", anEntry, (tx, entry) => tx.audit(entry)),
);
