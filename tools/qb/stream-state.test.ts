import { describe, expect, test } from "bun:test";
import {
  BookingCancelledSchema,
  EventBookedSchema,
  TicketUsedSchema,
} from "@app/contracts/gen/bookings/v1/booking_messages_pb.ts";
import {
  EventCreatedSchema,
  EventStatus,
  EventUpdatedSchema,
} from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import type { StoredMessage } from "@app/platform/messaging/broker.ts";
import { composeMessage, type OutgoingMessage } from "@app/platform/messaging/message.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import { keptOf, stateAt } from "./stream-state.ts";

const id = "0192f3a0-0000-7000-8000-000000000001";
const noon = (minutes: number) => new Date(Date.UTC(2026, 4, 4, 12, minutes));

const stored = (message: OutgoingMessage, sequence: number): StoredMessage => ({
  ...message,
  stream: "EVENTS",
  sequence,
  // Long after: what counts is when it was said.
  publishedAt: new Date(Date.UTC(2027, 0, 1)),
});

function eventMessage(version: number, capacity: number, minutes: number) {
  const schema = version === 1 ? EventCreatedSchema : EventUpdatedSchema;
  const event = { id, name: `v${version}`, capacity, status: EventStatus.SCHEDULED };
  const envelope = { aggregate: "event", id, version, time: noon(minutes) };
  return composeMessage({ ...envelope, schema, body: { event } }, randomMessageIds);
}

const booking = {
  bookingId: id,
  bookedEventId: id,
  eventName: "Opera",
  userId: "ada",
  seats: 2,
};
const bookingEnvelope = (version: number) => ({
  aggregate: "booking",
  id,
  version,
  time: noon(version),
});
const booked = composeMessage(
  { ...bookingEnvelope(1), schema: EventBookedSchema, body: booking },
  randomMessageIds,
);
const cancelled = composeMessage(
  { ...bookingEnvelope(2), schema: BookingCancelledSchema, body: { ...booking, reason: "rain" } },
  randomMessageIds,
);
const used = composeMessage(
  { ...bookingEnvelope(2), schema: TicketUsedSchema, body: booking },
  randomMessageIds,
);

describe("the state at a past moment", () => {
  test("is that of the last message until then, whatever order and doubling they are stored in", () => {
    const life = [eventMessage(1, 10, 0), eventMessage(2, 20, 10), eventMessage(3, 30, 20)];
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0, 1],
      [2, 0, 2, 1, 0],
    ];

    for (const order of orders) {
      const messages = order.flatMap((at, n) => {
        const message = life[at];
        return message ? [stored(message, n + 1)] : [];
      });
      for (const [minutes, version] of [
        [0, 1],
        [9, 1],
        [10, 2],
        [19, 2],
        [20, 3],
        [59, 3],
      ] as const) {
        const found = stateAt(keptOf(`event/${id}`), messages, noon(minutes));
        const state = { name: `v${version}`, capacity: version * 10 };
        expect(found).toMatchObject({ version, state });
      }
    }
  });

  test("is nothing before the first message, and the last for ever after", () => {
    const messages = [stored(eventMessage(1, 10, 5), 1)];
    const kept = keptOf(`event/${id}`);

    expect(stateAt(kept, messages, noon(4))).toBeUndefined();
    expect(stateAt(kept, messages, noon(5))?.version).toBe(1);
    expect(stateAt(kept, messages, new Date(Date.UTC(2100, 0, 1)))?.version).toBe(1);
    expect(stateAt(kept, [], noon(5))).toBeUndefined();
  });

  test("of a booking says when it was booked and, later, when and why it was cancelled", () => {
    const kept = keptOf(`booking/${id.toUpperCase()}`);
    const messages = [stored(cancelled, 1), stored(booked, 2)];

    const core = { id, eventId: id, eventName: "Opera", userId: "ada", seats: 2 };
    const createdAt = noon(1).toISOString();
    expect(stateAt(kept, messages, noon(1))?.state).toEqual({
      ...core,
      status: "CONFIRMED",
      createdAt,
    });
    expect(stateAt(kept, messages, noon(2))?.state).toEqual({
      ...core,
      status: "CANCELLED",
      createdAt,
      cancelledAt: noon(2).toISOString(),
      reason: "rain",
    });
  });

  test("of a booking says when its ticket was used", () => {
    const kept = keptOf(`booking/${id}`);
    const messages = [stored(used, 2), stored(booked, 1)];

    expect(stateAt(kept, messages, noon(1))?.state).toMatchObject({ status: "CONFIRMED" });
    expect(stateAt(kept, messages, noon(2))).toMatchObject({
      version: 2,
      state: { status: "USED", seats: 2, usedAt: noon(2).toISOString() },
    });
  });

  test("is not told where a message cannot be read", () => {
    const garbage = { ...eventMessage(1, 10, 0), payload: new Uint8Array([255]) };

    expect(() => stateAt(keptOf(`event/${id}`), [stored(garbage, 1)], noon(1))).toThrow(
      "message 1 of EVENTS does not fit its contract",
    );
  });
});

test.each(["", "event", "event/1", `order/${id}`, `event/${id}/x`, `event/*`, `event/>`])(
  "no key is %p",
  (text) => {
    expect(() => keptOf(text)).toThrow("is none of event/<uuid>, location/<uuid>, booking/<uuid>");
  },
);
