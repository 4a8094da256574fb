import fc from "fast-check";
import type { OutboxStore } from "../../messaging/outbox-store.ts";
import type { StoreStep } from "./inbox-steps.ts";
import type { MessagingStores } from "./messaging-stores.ts";
import { pendingSeen } from "./seen.ts";
import { aKey, anOutgoing, hourMs, someHours } from "./store-arbitraries.ts";

function step<A>(
  name: string,
  args: fc.Arbitrary<A>,
  take: (outbox: OutboxStore, args: A, stores: MessagingStores) => Promise<unknown>,
): fc.Arbitrary<StoreStep> {
  return args.map((given) => ({
    name,
    given,
    take: (stores: MessagingStores) => take(stores.outbox, given, stores),
  }));
}

const anId = fc.integer({ min: 1, max: 12 });
const ids = fc.uniqueArray(anId, { maxLength: 5 });
const aStream = fc.constantFrom("THINGS", "OTHERS");
const aSequence = fc.integer({ min: 1, max: 12 });
const aRange = fc.tuple(aSequence, aSequence).map(([a, b]) => ({
  first: Math.min(a, b),
  last: Math.max(a, b),
}));
/** Half an hour beside whole hours, so that no age is just at its limit. */
const anAge = someHours.map((hours) => hours * hourMs + hourMs / 2);
const limit = fc.integer({ min: 1, max: 4 });
const seen = fc.record({
  createdAt: fc.constantFrom("once", "again"),
  firstSequence: fc.integer({ min: 0, max: 3 }),
  lastSequence: fc.integer({ min: 0, max: 12 }),
  deleted: fc.integer({ min: 0, max: 3 }),
});

/** Everything that the outbox can do. */
export const outboxStep: fc.Arbitrary<StoreStep> = fc.oneof(
  step("append", fc.array(anOutgoing, { maxLength: 3 }), (_, messages, stores) =>
    stores.append(messages),
  ),
  step(
    "pending",
    fc.record({
      partition: fc.constantFrom(0, 0, 0, 1),
      from: fc.constantFrom(0, 0, 2, 5),
      limit,
      heldIds: ids,
      heldKeys: fc.uniqueArray(aKey, { maxLength: 2 }),
      closed: fc.constantFrom([], ["^others\\."], ["^(?!things\\.|others\\.)"]),
    }),
    async (outbox, query) => (await outbox.pending(query)).map(pendingSeen),
  ),
  step(
    "finish",
    fc.uniqueArray(fc.record({ id: anId, stream: aStream, sequence: aSequence }), {
      maxLength: 4,
      selector: ({ id }) => id,
    }),
    (outbox, acknowledged) => outbox.finish(acknowledged),
  ),
  step("streamsSeen", fc.constant(null), async (outbox) =>
    [...(await outbox.streamsSeen())]
      .map(([name, { createdAt, firstSequence, lastSequence, deleted, forgot }]) => {
        return { name, createdAt, firstSequence, lastSequence, deleted, forgot };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  ),
  step("saveStreamSeen", fc.tuple(aStream, seen), (outbox, [stream, state]) =>
    outbox.saveStreamSeen(stream, state),
  ),
  step("saveRepaired", fc.tuple(aStream, seen), (outbox, [stream, state]) =>
    outbox.saveRepaired(stream, state),
  ),
  step("noteForgot", aStream, (outbox, stream) => outbox.noteForgot(stream, "it went back")),
  step("sentRange", aStream, (outbox, stream) => outbox.sentRange(stream)),
  step(
    "sentBetween",
    fc.tuple(aStream, aRange, anAge, fc.option(limit, { nil: undefined })),
    async (outbox, [stream, range, ageMaxMs, limit]) => {
      const found = await outbox.sentBetween(stream, {
        ...range,
        ageMaxMs,
        ...(limit === undefined ? {} : { limit }),
      });
      // Two rows of one place are in any order, and which of them a limit leaves out too.
      return limit === undefined ? new Set(found) : found.map(({ sequence }) => sequence);
    },
  ),
  step("lastSent", fc.tuple(aStream, limit, anAge), async (outbox, [stream, limit, ageMaxMs]) =>
    (await outbox.lastSent(stream, { limit, ageMaxMs })).map(({ sequence }) => sequence),
  ),
  step("putBack", fc.tuple(aStream, aRange, ids), (outbox, [stream, range, lost]) =>
    outbox.putBack(stream, { ...range, ids: lost }),
  ),
  step("noteBrokerSeen", anAge, (outbox, silenceMs) => outbox.noteBrokerSeen(silenceMs)),
  step("backlog", limit, (outbox, countMax) => outbox.backlog(countMax)),
);
