import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  cancelEvent,
  changeEvent,
  type Event,
  type EventChange,
  type EventDetails,
  scheduleEvent,
} from "./event.ts";

const noon = new Date("2090-01-01T12:00:00Z");
const later = new Date("2090-01-01T13:00:00Z");
const hours = (count: number) => new Date(noon.getTime() + count * 3_600_000);
const hall = { id: "h1", name: "Main", place: undefined, capacity: 500 };
const studio = { id: "h2", name: "Studio", place: undefined, capacity: 60 };
const location = {
  id: "l1",
  name: "Opera",
  address: "",
  country: "",
  openTime: 0,
  closeTime: 24,
  halls: [hall, studio],
};
const details: EventDetails = {
  name: "Aida",
  startsAt: hours(8),
  endsAt: hours(10),
  durationMinutes: undefined,
  capacity: undefined,
  seatsMax: 10,
  oneBookingEach: false,
};

const scheduled = (given: Partial<EventDetails> = {}): Event =>
  scheduleEvent(
    { ...details, ...given },
    {
      id: "e1",
      location,
      hall,
      organiserId: "olga",
      at: noon,
    },
  ).event;

const changed = (event: Event, change: EventChange, place?: Pick<Event, "location" | "hall">) =>
  changeEvent(event, { change, at: later, ...(place && { place }) });

describe("scheduleEvent", () => {
  test("sells the seats of its hall and lasts from beginning to end, unless it is told otherwise", () => {
    expect(scheduled()).toMatchObject({ capacity: 500, durationMinutes: 120, version: 1 });
    expect(scheduled({ capacity: 40 }).capacity).toBe(40);
    expect(scheduled({ endsAt: hours(8.01) }).durationMinutes).toBe(1);
  });
});

describe("changeEvent", () => {
  test("states a change once, and nothing when nothing changes", () => {
    const { event, fact } = changed(scheduled(), { name: "Tosca" });

    expect(fact).toBe("EventUpdated");
    expect(event).toMatchObject({ name: "Tosca", version: 2, createdAt: noon, updatedAt: later });
    expect(changed(event, { name: "Tosca", startsAt: hours(8), capacity: 500 })).toEqual({
      event,
      fact: undefined,
    });
  });

  test("keeps a capacity that was set, and follows the hall with one that was not", () => {
    const inStudio = { location, hall: studio };

    expect(changed(scheduled(), {}, inStudio).event.capacity).toBe(60);
    expect(changed(scheduled({ capacity: 40 }), {}, inStudio).event.capacity).toBe(40);
    expect(() => changed(scheduled({ capacity: 61 }), {}, inStudio)).toThrow(
      "capacity is larger than the hall's",
    );
    const whole = changed(scheduled({ capacity: 61 }), { capacity: "hall" }, inStudio);
    expect(whole.event.capacity).toBe(60);
  });

  test("lasts as long as the new dates say, unless told how long", () => {
    const event = scheduled({ durationMinutes: 90 });

    expect(changed(event, { name: "x" }).event.durationMinutes).toBe(90);
    expect(changed(event, { endsAt: hours(11) }).event.durationMinutes).toBe(180);
    const told = changed(event, { endsAt: hours(11), durationMinutes: 100 });
    expect(told.event.durationMinutes).toBe(100);
  });

  test("leaves a valid event and the next version behind, whatever is changed", () => {
    const change = fc.record(
      {
        name: fc.string({ minLength: 1 }),
        startsAt: fc.integer({ min: 0, max: 50 }).map(hours),
        endsAt: fc.integer({ min: 0, max: 50 }).map(hours),
        durationMinutes: fc.integer({ min: 0, max: 3_000 }),
        capacity: fc.oneof(fc.integer({ min: 1, max: 700 }), fc.constant("hall" as const)),
        seatsMax: fc.integer({ min: 1, max: 1_000 }),
        oneBookingEach: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    const moves = fc.array(fc.tuple(change, fc.constantFrom(hall, studio)), { maxLength: 20 });

    fc.assert(
      fc.property(moves, (all) => {
        let event = scheduled();
        for (const [change, hall] of all) {
          const before = event;
          try {
            event = changed(event, change, { location, hall }).event;
          } catch (error) {
            expect(error).toMatchObject({ name: "Refusal", kind: "invalid" });
          }
          const same = event === before;
          expect(event.version).toBe(same ? before.version : before.version + 1);
          expect(event.endsAt.getTime()).toBeGreaterThan(event.startsAt.getTime());
          expect(event.capacity).toBeLessThanOrEqual(event.hall.capacity);
        }
      }),
    );
  });
});

describe("cancelEvent", () => {
  test("is for good, and states it once", () => {
    const { event, fact } = cancelEvent(scheduled(), later);

    expect([event.status, event.version, fact]).toEqual(["CANCELLED", 2, "EventCancelled"]);
    expect(cancelEvent(event, later)).toEqual({ event, fact: undefined });
    expect(() => changed(event, { name: "Tosca" })).toThrow("event is cancelled");
  });
});
