import { describe, expect, test } from "bun:test";
import { Refusal } from "@app/platform/errors.ts";
import { openPool } from "@app/platform/postgres.ts";
import { refused } from "../testing/refused.ts";
import { anEvent, announce, bookingsWorld, patiently } from "../testing/world.ts";
import { bookSeats } from "./book-seats.ts";
import { cancelBooking } from "./cancel-booking.ts";
import { holdSeats } from "./hold-seats.ts";

const two = { seats: 2, userId: "ada" };

describe("booking seats", () => {
  test("takes them, stores the booking, states it and counts it", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce({ name: "Opera" });

    const { made, replayed } = await bookSeats(world.api, eventId, two);

    expect(replayed).toBe(false);
    expect(made).toMatchObject({ eventId, eventName: "Opera", ...two, status: "CONFIRMED" });
    expect(await world.seats(eventId)).toMatchObject({ capacity: 10, booked: 2, held: 0 });
    expect(await world.announced()).toMatchObject([
      {
        type: "event_booked",
        key: `booking/${made.id}`,
        version: 1,
        message: {
          bookingId: made.id,
          bookedEventId: eventId,
          eventName: "Opera",
          ...two,
          reason: "",
        },
      },
    ]);
    expect(world.counted.map(({ id }) => id)).toEqual([made.id]);
    expect(await world.breaches()).toEqual([]);
  });

  test.each([
    { what: "a cancelled event", event: { cancelled: true }, text: "event is cancelled" },
    { what: "one that is over", event: { endsAt: new Date(1_000) }, text: "event is over" },
    { what: "a full one", event: { capacity: 1 }, text: "not enough seats" },
    { what: "too many at once", event: { seatsMax: 1 }, text: "seats must be at most 1" },
  ])("refuses $what, and changes nothing", async ({ event, text }) => {
    await using world = await bookingsWorld();
    const eventId = await world.announce(event);

    expect(await refused(bookSeats(world.api, eventId, two, { idempotencyKey: "k" }))).toBe(text);
    expect(await refused(holdSeats(world.api, eventId, two, { idempotencyKey: "k" }))).toBe(text);

    expect(await world.seats(eventId)).toMatchObject({ booked: 0, held: 0 });
    expect(await world.announced()).toEqual([]);
    expect(await world.query("select * from idempotency_keys")).toEqual([]);
    expect(world.counted).toEqual([]);
  });

  test("closes the seats of a cancelled event even for a projection that does not know it", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce();
    await world.query("update event_seats set cancelled_at = now()");

    expect(await refused(bookSeats(world.api, eventId, two))).toBe("event is cancelled");
  });

  test("makes one booking of one key, of many requests at once, down to the last seat", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce({ capacity: 2, oneBookingEach: true });
    const attempt = () => bookSeats(world.api, eventId, two, { idempotencyKey: "k" });

    const answers = await Promise.all(Array.from({ length: 12 }, attempt));
    await world.announce({ id: eventId, capacity: 2, cancelled: true }, 2);
    const late = await attempt();

    expect(new Set([...answers, late].map(({ made }) => made.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(late.replayed).toBe(true);
    expect(world.counted).toHaveLength(1);
    expect(await world.announced()).toHaveLength(1);
    expect(
      await refused(bookSeats(world.api, eventId, { ...two, seats: 1 }, { idempotencyKey: "k" })),
    ).toBe("idempotency key was used for another request");
    expect(await refused(holdSeats(world.api, eventId, two, { idempotencyKey: "k" }))).toBe(
      "idempotency key was used for another request",
    );
  });

  test("keeps equal keys of two users apart", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce();

    const ada = await bookSeats(world.api, eventId, two, { idempotencyKey: "k" });
    const bob = await bookSeats(
      world.api,
      eventId,
      { ...two, userId: "bob" },
      { idempotencyKey: "k" },
    );

    expect(ada.made.id).not.toBe(bob.made.id);
    expect(bob.replayed).toBe(false);
  });

  test("sells no seat twice to a crowd that comes through two replicas", async () => {
    await using world = await bookingsWorld({ connectionsMax: 10 });
    const other = openPool({ ...patiently, url: world.url, connectionsMax: 10, name: "other" });
    const eventId = await world.announce({ capacity: 50 });
    const replicas = [world.api, { ...world.api, db: other }];

    const answers = await Promise.allSettled(
      Array.from({ length: 120 }, (_, n) => {
        const request = { seats: 1 + (n % 4), userId: `user-${n}` };
        const api = replicas[n % 2] ?? world.api;
        return n % 5 === 0 ? holdSeats(api, eventId, request) : bookSeats(api, eventId, request);
      }),
    );

    const faults = answers.flatMap((one) =>
      one.status === "rejected" && !(one.reason instanceof Refusal) ? [String(one.reason)] : [],
    );
    expect(faults).toEqual([]);
    const taken = answers.flatMap((one) =>
      one.status === "fulfilled" ? [one.value.made.seats] : [],
    );
    const { booked, held, capacity } = await world.seats(eventId);
    expect(booked + held).toBe(taken.reduce((sum, seats) => sum + seats, 0));
    expect(booked + held).toBeLessThanOrEqual(capacity);

    // Once quiet, single seats fill it to the last one.
    const left = capacity - booked - held;
    for (let n = 0; n < left; n += 1)
      await bookSeats(world.api, eventId, { seats: 1, userId: `late-${n}` });
    expect(await refused(bookSeats(world.api, eventId, { seats: 1, userId: "last" }))).toBe(
      "not enough seats",
    );
    expect((await world.seats(eventId)).capacity).toBe(50);
    expect(await world.breaches()).toEqual([]);
    await other.close(1_000);
  });

  test("turns people away from what is sold out without a lock on its seats", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce({ capacity: 2 });
    await bookSeats(world.api, eventId, two);

    const answer = await world.pool.transaction(async ({ q }) => {
      await q.execute("select from event_seats for no key update");
      return refused(bookSeats(world.api, eventId, { ...two, userId: "bob" }));
    });

    expect(answer).toBe("not enough seats");
  });

  test("cannot oversell by hand either", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce({ capacity: 3 });

    await expect(
      world.query(`update event_seats set booked = 4 where event_id = '${eventId}'`),
    ).rejects.toThrow();
  });
});

describe("one booking each", () => {
  test("is kept among requests at the same time, and frees the place when it is cancelled", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce({ oneBookingEach: true });

    const answers = await Promise.all(
      Array.from({ length: 6 }, () => refused(bookSeats(world.api, eventId, two))),
    );

    expect(answers.toSorted()).toEqual([...Array(5).fill("already booked"), "not refused"]);
    expect(await world.seats(eventId)).toMatchObject({ booked: 2 });
    const [row] = await world.query("select id from bookings");
    await cancelBooking(world.api, String(row?.id), { reason: "other plans", ownedBy: undefined });
    expect(await refused(bookSeats(world.api, eventId, two))).toBe("not refused");
    expect(await world.breaches()).toEqual([]);
  });

  test("lets its customer cancel and book again at the same moment, and nobody waits for ever", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce({ oneBookingEach: true });
    const rebook = async () => {
      const [row] = await world.query("select id from bookings where status = 'CONFIRMED'");
      if (!row) return refused(bookSeats(world.api, eventId, two));
      const cancel = { reason: "other seats", ownedBy: undefined };
      const [cancelled, booked] = await Promise.all([
        refused(cancelBooking(world.api, String(row.id), cancel)),
        refused(bookSeats(world.api, eventId, two)),
      ]);
      expect(cancelled).toBe("not refused");
      return booked;
    };

    const outcomes = new Set<string>();
    for (let round = 0; round < 30; round += 1) outcomes.add(await rebook());

    // A deadlock would be a fault, which is neither.
    expect(
      [...outcomes].filter((text) => !["not refused", "already booked"].includes(text)),
    ).toEqual([]);
    expect(await world.breaches()).toEqual([]);
  });

  test("counts bookings from before it was asked for", async () => {
    await using world = await bookingsWorld();
    const event = anEvent();
    await announce(world.pool, event);
    await bookSeats(world.api, event.id, two);
    await announce(world.pool, { ...event, oneBookingEach: true }, 2);

    expect(await refused(bookSeats(world.api, event.id, two))).toBe("already booked");
  });
});

describe("cancelling", () => {
  test("frees the seats once, of any number of requests at once, and states it once", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce();
    const { made } = await bookSeats(world.api, eventId, two);
    const cancel = () =>
      cancelBooking(world.api, made.id, { reason: "other plans", ownedBy: "ada" });

    const answers = await Promise.all([cancel(), cancel(), cancel()]);
    const again = await cancel();

    for (const booking of [...answers, again])
      expect(booking).toMatchObject({ status: "CANCELLED", reason: "other plans" });
    expect(await world.seats(eventId)).toMatchObject({ booked: 0 });
    expect((await world.announced()).map(({ type, version }) => [type, version])).toEqual([
      ["event_booked", 1],
      ["booking_cancelled", 2],
    ]);
    expect(await world.breaches()).toEqual([]);
  });

  test("is not for others", async () => {
    await using world = await bookingsWorld();
    const { made } = await bookSeats(world.api, await world.announce(), two);

    const call = cancelBooking(world.api, made.id, { reason: "spite", ownedBy: "bob" });
    expect(await refused(call)).toBe("not found");
  });
});
