import { describe, expect, test } from "bun:test";
import { systemClock } from "@app/platform/clock.ts";
import fc from "fast-check";
import type { Event } from "../domain/event.ts";
import { bookSeats } from "../store/book-seats.ts";
import { cancelBooking } from "../store/cancel-booking.ts";
import { cancelForOrganisers } from "../store/event-cancellations.ts";
import { holdSeats } from "../store/hold-seats.ts";
import { listBookings } from "../store/list-bookings.ts";
import { storedVersions } from "../store/unit.ts";
import { useTicket } from "../store/use-ticket.ts";
import { consumingOn } from "../testing/consuming.ts";
import { newsOf } from "../testing/event-news.ts";
import { refused } from "../testing/refused.ts";
import { anEvent, type BookingsWorld, bookingsWorld } from "../testing/world.ts";

/** One event's life: each state with the message that carries it. */
function lifeOf(id: string) {
  const first = anEvent({ id, name: "Opera", capacity: 10 });
  const states: readonly Event[] = [
    first,
    { ...first, name: "Opera night", capacity: 6 },
    { ...first, name: "Opera night", capacity: 8, seatsMax: 2 },
    { ...first, name: "Opera night", capacity: 8, oneBookingEach: true, cancelled: true },
  ];
  const types = ["created", "updated", "updated", "cancelled"] as const;
  return states.map((event, at) => newsOf(event, at + 1, types[at]));
}

const viewOf = async (world: BookingsWorld, id: string) =>
  world.query(`
    select v.version, v.name, v.capacity, v.seats_max, v.one_booking_each, v.cancelled,
      s.capacity as sold_of, s.announced_capacity, s.announced_version,
      s.cancelled_at is not null as closed
    from event_view v join event_seats s using (event_id) where event_id = '${id}'`);

describe("the projection of events", () => {
  test("ends in the same state in whatever order, batches and doubling the news comes", async () => {
    await using world = await bookingsWorld();
    const { deliver } = consumingOn(world.pool);
    const order = fc.tuple(
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
      fc.integer({ min: 1, max: 8 }),
    );

    await fc.assert(
      fc.asyncProperty(order, async ([once, again, batchSize]) => {
        const id = Bun.randomUUIDv7();
        const life = lifeOf(id);
        const coming = [...once, ...again].flatMap((at) => life[at] ?? []);
        let acknowledged = 0;
        for (let at = 0; at < coming.length; at += batchSize)
          acknowledged += await deliver(...coming.slice(at, at + batchSize));

        expect(acknowledged).toBe(coming.length);
        expect(await viewOf(world, id)).toEqual([
          {
            version: "4",
            name: "Opera night",
            capacity: 8,
            seats_max: 10,
            one_booking_each: true,
            cancelled: true,
            sold_of: 8,
            announced_capacity: 8,
            announced_version: "4",
            closed: true,
          },
        ]);
      }),
      { numRuns: 25 },
    );
    expect(await world.breaches()).toEqual([]);
    expect(await world.query("select * from dead_letters")).toEqual([]);
  });

  test("acts on the state, never on what the message is called", async () => {
    await using world = await bookingsWorld();
    const { deliver } = consumingOn(world.pool);
    const event = anEvent();

    await deliver(newsOf({ ...event, cancelled: true }, 2, "created"));
    await deliver(newsOf(event, 1, "cancelled"));

    expect(await refused(bookSeats(world.api, event.id, { seats: 1, userId: "ada" }))).toBe(
      "event is cancelled",
    );
  });

  test("sells nothing more of an event that is made smaller than what is sold, until it fits", async () => {
    await using world = await bookingsWorld();
    const { deliver } = consumingOn(world.pool);
    const event = anEvent({ capacity: 10 });
    await deliver(newsOf(event, 1));
    const book = (seats: number) => bookSeats(world.api, event.id, { seats, userId: "ada" });
    const [four, three] = [(await book(4)).made, (await book(3)).made];
    const { made: hold } = await holdSeats(world.api, event.id, { seats: 1, userId: "ada" });

    await deliver(newsOf({ ...event, capacity: 5 }, 2));

    expect(await world.seats(event.id)).toMatchObject({ capacity: 8, announcedCapacity: 5 });
    expect(await refused(book(1))).toBe("not enough seats");
    await cancelBooking(world.api, three.id, { reason: "x", ownedBy: undefined });
    expect(await world.seats(event.id)).toMatchObject({ capacity: 5, booked: 4, held: 1 });
    expect(await refused(book(1))).toBe("not enough seats");
    await cancelBooking(world.api, four.id, { reason: "x", ownedBy: undefined });
    expect(await refused(book(4))).toBe("not refused");
    expect(await refused(book(1))).toBe("not enough seats");
    expect(hold.state).toBe("OPEN");
    expect(await world.breaches()).toEqual([]);
  });

  test("tells the check for lost messages which versions it has", async () => {
    await using world = await bookingsWorld();
    const { deliver } = consumingOn(world.pool);
    const event = anEvent();
    await deliver(newsOf(event, 3));
    const key = `event/${event.id}`;

    const versions = await storedVersions(world.pool, [key, "location/x", "event/none"]);

    expect([...versions]).toEqual([[key, 3]]);
  });
});

describe("an organiser's cancellation", () => {
  test("cancels every booking in slices and lets go of every hold, each stated once", async () => {
    await using world = await bookingsWorld();
    const { deliver } = consumingOn(world.pool);
    const event = anEvent({ capacity: 500 });
    await deliver(newsOf(event, 1));
    const bookings = 230;
    for (let n = 0; n < bookings; n += 10)
      await Promise.all(
        Array.from({ length: 10 }, (_, at) =>
          bookSeats(world.api, event.id, { seats: 1, userId: `user-${n + at}` }),
        ),
      );
    await holdSeats(world.api, event.id, { seats: 5, userId: "ada" });
    const [used] = (await listBookings(world.pool, { userId: "user-0", limit: 1 })).bookings;
    if (!used) throw new Error("user-0 has no booking");
    await useTicket(world.api, await world.api.tickets.write(used));
    const cancel = () => cancelForOrganisers({ db: world.pool, clock: systemClock });
    expect(await cancel()).toBe(0);

    await deliver(newsOf({ ...event, cancelled: true }, 2, "cancelled"));
    const rounds = [await cancel(), await cancel(), await cancel(), await cancel()];

    expect(rounds).toEqual([101, 100, 29, 0]);
    expect(await world.seats(event.id)).toMatchObject({ booked: 1, held: 0 });
    const cancelled = (await world.announced()).filter(({ type }) => type === "booking_cancelled");
    expect(new Set(cancelled.map(({ key }) => key)).size).toBe(bookings - 1);
    for (const { message } of cancelled) expect(message.reason).toBe("event is cancelled");
    expect(await world.breaches()).toEqual([]);
  });
});
