import fc from "fast-check";
import { encodeHeaders } from "../../messaging/headers.ts";
import type { DeadLetter, Lane, ParkedMessage } from "../../messaging/inbox.ts";
import type { OutgoingMessage } from "../../messaging/message.ts";

/** Few of each, so that steps meet the same rows again and again. */
export const aKey = fc.constantFrom("thing/a", "thing/b");
export const keys = fc.uniqueArray(aKey, { maxLength: 2 });
export const aVersion = fc.integer({ min: 1, max: 3 });
export const eventIds = [1, 2, 3, 4, 5].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
export const anEventId = fc.constantFrom(...eventIds);
export const someEventIds = fc.uniqueArray(anEventId, { maxLength: 3 });
export const aLetterId = fc.integer({ min: 1, max: 2 });
export const aRevision = fc.constantFrom(1, 1, 2);

/** Waits and ages are told apart by whole hours. */
export const hourMs = 3_600_000;
export const someHours = fc.integer({ min: 0, max: 3 });

const headers = encodeHeaders({ "ce-type": "things.v1.thing_happened" });
const published = new Date("2026-01-01T00:00:00.000Z");
export const aPayload = fc.integer({ min: 0, max: 255 }).map((byte) => Uint8Array.of(byte));

const stored = { stream: "THINGS", subject: "things.v1.thing_happened.1", headers };

export const anOutgoing: fc.Arbitrary<OutgoingMessage> = fc.record({
  eventId: anEventId,
  key: aKey,
  version: aVersion,
  subject: fc.constantFrom("things.v1.thing_happened.1", "others.v1.other_happened.1"),
  headers: fc.constant(headers),
  payload: aPayload,
});

export const aParked: fc.Arbitrary<ParkedMessage> = fc.record({
  eventId: anEventId,
  key: aKey,
  version: aVersion,
  sequence: fc.integer({ min: 1, max: 9 }),
  payload: aPayload,
  publishedAt: fc.constant(published),
  attempts: fc.integer({ min: 0, max: 3 }),
  error: fc.constantFrom(null, "it failed"),
  firstFailedAt: fc.constantFrom(null, published),
  lastFailedAt: fc.constantFrom(null, published),
  retryInMs: someHours.map((hours) => hours * hourMs),
  abandoned: fc.integer({ min: 0, max: 2 }),
  stream: fc.constant(stored.stream),
  subject: fc.constant(stored.subject),
  headers: fc.constant(headers),
});

export const aDeadLetter: fc.Arbitrary<DeadLetter> = fc
  .record({
    message: aParked,
    hasLane: fc.boolean(),
    reason: fc.constantFrom("attempts_used" as const, "unreadable" as const),
  })
  .map(({ message: { retryInMs: _, abandoned: __, ...message }, hasLane, reason }) => ({
    ...message,
    ...(hasLane ? {} : { key: null, version: null }),
    reason,
  }));

export const aLane: fc.Arbitrary<Lane> = fc.record({
  key: aKey,
  version: fc.integer({ min: 0, max: 2 }),
  blocked: fc.constantFrom(false, false, true),
  waiting: fc.integer({ min: 0, max: 2 }),
  behind: fc.boolean(),
  leftUpTo: fc.integer({ min: 0, max: 4 }),
});

export const anEntry = fc.record({
  actor: fc.constant("someone"),
  action: fc.constantFrom("redrive", "discard"),
  target: fc.constant("dead-letter/1"),
  detail: fc.constant({ outcome: "done" }),
});
