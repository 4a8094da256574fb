import { describe, expect, test } from "bun:test";
import { systemClock } from "@app/platform/clock.ts";
import { openPool } from "@app/platform/postgres.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { sql } from "drizzle-orm";
import { raceConfirmsAgainstExpiry } from "../testing/hold-races.ts";
import { refused } from "../testing/refused.ts";
import { type BookingsWorld, bookingsWorld, patiently } from "../testing/world.ts";
import { bookSeats } from "./book-seats.ts";
import { confirmHold, releaseHold } from "./confirm-hold.ts";
import { eventsWithExpiredHolds, expireHoldsOf } from "./expire-holds.ts";
import { findHold } from "./find-booking.ts";
import { holdSeats } from "./hold-seats.ts";
import { keepHolds } from "./housekeeping.ts";

const two = { seats: 2, userId: "ada" };
const anybody = { ownedBy: undefined };

/** Whose transactions and waits may take as long as a busy machine needs. */
async function patientPool(url: string) {
  const waitMs = 60_000;
  const pool = openPool({
    url,
    connectionsMax: 2,
    name: "patient",
    lockTimeoutMs: waitMs,
    statementTimeoutMs: waitMs,
    idleInTransactionTimeoutMs: waitMs,
  });
  return { pool, [Symbol.asyncDispose]: () => pool.close(1_000) };
}

async function waitingForBookings(world: BookingsWorld) {
  const [row] = await world.query(`
    select count(*)::int as count from pg_locks
    where not granted and relation = 'bookings'::regclass
      and database = (select oid from pg_database where datname = current_database())`);
  return row?.count;
}

describe("a hold", () => {
  test("sets seats aside until it is confirmed, and then they are booked", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce({ capacity: 2 });

    const { made: hold } = await holdSeats(world.api, eventId, two);
    expect(await world.seats(eventId)).toMatchObject({ booked: 0, held: 2 });
    expect(await refused(bookSeats(world.api, eventId, two))).toBe("not enough seats");
    const { made: booking, replayed } = await confirmHold(world.api, hold.id, anybody);

    expect(replayed).toBe(false);
    expect(booking).toMatchObject({ eventId, ...two, status: "CONFIRMED" });
    expect(await world.seats(eventId)).toMatchObject({ booked: 2, held: 0 });
    expect(await world.announced()).toMatchObject([{ type: "event_booked", version: 1 }]);
    expect(world.counted).toHaveLength(1);
    expect(await findHold(world.pool, hold.id)).toMatchObject({
      state: "CONFIRMED",
      bookingId: booking.id,
    });
    expect(await world.breaches()).toEqual([]);
  });

  test("lasts as long as the service says, by the database's clock", async () => {
    await using world = await bookingsWorld({ holdMs: 90_000 });

    const { made } = await holdSeats(world.api, await world.announce(), two);

    expect(made.expiresAt.getTime() - made.createdAt.getTime()).toBe(90_000);
  });

  test("that was confirmed answers with its booking again, under a key or not", async () => {
    await using world = await bookingsWorld();
    const { made: hold } = await holdSeats(world.api, await world.announce(), two);
    const confirm = (idempotencyKey?: string) =>
      confirmHold(world.api, hold.id, { ...anybody, idempotencyKey });

    const answers = await Promise.all([confirm("k"), confirm("k"), confirm(), confirm("other")]);

    expect(new Set(answers.map(({ made }) => made.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(world.counted).toHaveLength(1);
    expect(await world.breaches()).toEqual([]);
  });

  test("that is confirmed at the same moment answers with that booking, also of one each", async () => {
    await using world = await bookingsWorld();
    await using patient = await patientPool(world.url);
    const eventId = await world.announce({ oneBookingEach: true });
    const { made: hold } = await holdSeats(world.api, eventId, two);

    // The second has read the hold as open, and looks at bookings when the first is committed.
    const [first, second] = await patient.pool.transaction(async (tx) => {
      await tx.q.execute(sql`lock table bookings in access exclusive mode`);
      const late = confirmHold({ ...world.api, db: patient.pool }, hold.id, anybody);
      await eventually(async () => expect(await waitingForBookings(world)).toBe(1));
      return [await confirmHold({ ...world.api, db: tx }, hold.id, anybody), late] as const;
    });

    expect((await second).made).toEqual(first.made);
    expect([first.replayed, (await second).replayed]).toEqual([false, true]);
    expect(await world.breaches()).toEqual([]);
  });

  test("is over when its time is, before anybody has freed its seats", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce();
    const { made: hold } = await holdSeats(world.api, eventId, two);
    await world.endHolds();

    expect(await refused(confirmHold(world.api, hold.id, anybody))).toBe("hold expired");
    expect(await world.seats(eventId)).toMatchObject({ held: 2 });
    expect(await expireHoldsOf(world.pool, eventId)).toBe(true);
    expect(await refused(confirmHold(world.api, hold.id, anybody))).toBe("hold expired");
    expect(await world.seats(eventId)).toMatchObject({ held: 0 });
    expect(await expireHoldsOf(world.pool, eventId)).toBe(false);
    expect(await world.breaches()).toEqual([]);
  });

  test("gives way to whoever needs its seats once its time is over", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce({ capacity: 2 });
    await holdSeats(world.api, eventId, two);
    await world.endHolds();

    const { made } = await bookSeats(world.api, eventId, { ...two, userId: "bob" });

    expect(made.status).toBe("CONFIRMED");
    expect(await world.seats(eventId)).toMatchObject({ booked: 2, held: 0 });
  });

  test("is freed by the service itself when nobody needs its seats", async () => {
    await using world = await bookingsWorld();
    const events = [await world.announce(), await world.announce()];
    for (const eventId of events) await holdSeats(world.api, eventId, two);
    await world.endHolds();
    expect(await eventsWithExpiredHolds(world.pool, 10)).toHaveLength(2);
    const stop = new AbortController();

    const keeping = keepHolds({ db: world.pool, clock: systemClock }, stop.signal);

    await eventually(async () => {
      for (const eventId of events) expect(await world.seats(eventId)).toMatchObject({ held: 0 });
    });
    stop.abort();
    await keeping;
    expect(await world.breaches()).toEqual([]);
  });

  test("is one of so many that a customer may have open, of whichever events and however many at once", async () => {
    await using world = await bookingsWorld({ holdsMax: 3 });
    const events = await Promise.all([1, 2, 3, 4].map(() => world.announce()));
    const one = { seats: 1, userId: "ada" };
    const refusal = "open holds are limited to 3: confirm or release one first";

    const answers = await Promise.all(
      [...events, ...events, ...events].map((eventId) =>
        refused(holdSeats(world.api, eventId, one)),
      ),
    );

    expect(answers.toSorted()).toEqual([
      ...Array<string>(3).fill("not refused"),
      ...Array<string>(9).fill(refusal),
    ]);
    expect(await world.query("select 1 from holds where state = 'OPEN'")).toHaveLength(3);
    expect(await world.breaches()).toEqual([]);
  });

  test("leaves room for another once it is confirmed, let go of or over, and counts for nobody else", async () => {
    await using world = await bookingsWorld({ holdsMax: 1 });
    const [eventId, other] = [await world.announce(), await world.announce()];
    const hold = async (idempotencyKey?: string) =>
      (await holdSeats(world.api, eventId, two, { idempotencyKey })).made;
    const isFull = () => refused(holdSeats(world.api, other, two));

    const first = await hold("key");
    expect(await isFull()).toBe("open holds are limited to 1: confirm or release one first");
    expect((await hold("key")).id).toBe(first.id);
    expect(await refused(holdSeats(world.api, eventId, { ...two, userId: "bob" }))).toBe(
      "not refused",
    );
    await confirmHold(world.api, first.id, anybody);
    const second = await hold();
    expect(await isFull()).toStartWith("open holds are limited");
    await releaseHold(world.api, second.id, anybody);
    await hold();
    expect(await isFull()).toStartWith("open holds are limited");
    await world.endHolds();

    expect(await isFull()).toBe("not refused");
    expect(await world.breaches()).toEqual([]);
  });

  test("can be let go of, twice too, but not once it is confirmed", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce();
    const [kept, left] = [
      (await holdSeats(world.api, eventId, two)).made,
      (await holdSeats(world.api, eventId, two)).made,
    ];

    await releaseHold(world.api, left.id, { ownedBy: "ada" });
    await releaseHold(world.api, left.id, { ownedBy: "ada" });
    await confirmHold(world.api, kept.id, anybody);

    expect(await world.seats(eventId)).toMatchObject({ booked: 2, held: 0 });
    expect(await refused(confirmHold(world.api, left.id, anybody))).toBe("hold was released");
    expect(await refused(releaseHold(world.api, kept.id, anybody))).toBe(
      "hold is confirmed: cancel its booking",
    );
  });

  test("is not there for others", async () => {
    await using world = await bookingsWorld();
    const { made } = await holdSeats(world.api, await world.announce(), two);
    const bob = { ownedBy: "bob" };

    expect(await refused(confirmHold(world.api, made.id, bob))).toBe("not found");
    expect(await refused(releaseHold(world.api, made.id, bob))).toBe("not found");
  });

  test.each([
    { what: "cancelled", change: { cancelled: true }, text: "event is cancelled" },
    { what: "over", change: { endsAt: new Date(1_000) }, text: "event is over" },
  ])("is not confirmed for an event that is $what meanwhile", async ({ change, text }) => {
    await using world = await bookingsWorld();
    const eventId = await world.announce();
    const { made } = await holdSeats(world.api, eventId, two);
    await world.announce({ id: eventId, ...change }, 2);

    expect(await refused(confirmHold(world.api, made.id, anybody))).toBe(text);
    expect(await world.seats(eventId)).toMatchObject({ booked: 0, held: 2 });
  });

  test("does not get around one booking each", async () => {
    await using world = await bookingsWorld();
    const eventId = await world.announce({ oneBookingEach: true });
    const holds = [
      (await holdSeats(world.api, eventId, two)).made,
      (await holdSeats(world.api, eventId, two)).made,
    ];

    const answers = await Promise.all(
      holds.map(({ id }) => refused(confirmHold(world.api, id, anybody))),
    );

    expect(answers.toSorted()).toEqual(["already booked", "not refused"]);
    expect(await world.seats(eventId)).toMatchObject({ booked: 2, held: 2 });
    expect(await world.breaches()).toEqual([]);
  });
});

test("of confirm and expiry exactly one wins, each time", async () => {
  await using world = await bookingsWorld({ connectionsMax: 6 });
  const other = openPool({ ...patiently, url: world.url, connectionsMax: 6, name: "other" });

  const races = await raceConfirmsAgainstExpiry(world, { other, count: 200 });

  expect(races.confirmed + races.expired).toBe(200);
  // Neither side may win for the reason that the other never ran.
  expect(races.confirmed).toBeGreaterThan(0);
  expect(races.expired).toBeGreaterThan(0);
  expect(races.wrong).toEqual([]);
  expect(await world.breaches()).toEqual([]);
  await other.close(1_000);
});
