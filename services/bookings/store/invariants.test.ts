import { describe, expect, test } from "bun:test";
import { bookSeats } from "../store/book-seats.ts";
import { cancelBooking } from "../store/cancel-booking.ts";
import { confirmHold } from "../store/confirm-hold.ts";
import { holdSeats } from "../store/hold-seats.ts";
import { type BookingsWorld, bookingsWorld } from "../testing/world.ts";
import { bookingInvariants } from "./invariants.ts";
import { bookedSeatsLedger, heardEventsLedger } from "./ledger.ts";
import { useTicket } from "./use-ticket.ts";

/** A database with a booking of each kind, a hold, and nothing wrong. */
async function busyWorld(): Promise<BookingsWorld & { readonly eventId: string }> {
  const world = await bookingsWorld();
  const eventId = await world.announce({ capacity: 20 });
  const book = (userId: string) =>
    bookSeats(world.api, eventId, { seats: 2, userId }, { idempotencyKey: userId });
  await book("ada");
  const { made: gone } = await book("bob");
  await cancelBooking(world.api, gone.id, { reason: "rain", ownedBy: undefined });
  const { made: used } = await book("eve");
  await useTicket(world.api, await world.api.tickets.write(used));
  const hold = () => holdSeats(world.api, eventId, { seats: 1, userId: "ada" });
  const { made } = await hold();
  await confirmHold(world.api, made.id, { ownedBy: undefined });
  await hold();
  return Object.assign(world, { eventId });
}

describe("what is always true of bookings", () => {
  test("is so, and all of it is looked at", async () => {
    await using world = await busyWorld();

    expect(await world.breaches()).toEqual([]);
    const slice = { cursor: undefined, rowsMax: 100, breachesMax: 5, sentKeepMs: 3_600_000 };
    for (const { name, look } of bookingInvariants) {
      const { checked, next } = await world.pool.transaction((tx) => look(tx, slice));
      // No event is cancelled here.
      expect([name, checked > 0]).toEqual([name, name !== "cancelled-events-are-empty"]);
      expect(next).toBeUndefined();
      const odd = world.pool.transaction((tx) => look(tx, { ...slice, cursor: "'; drop" }));
      await expect(odd).rejects.toMatchObject({ message: "invalid cursor" });
    }
  });

  test.each([
    ["seats-add-up", "update event_seats set booked = booked + 1"],
    ["seats-add-up", "update event_seats set held = held - 1"],
    ["bookings-as-stated", "delete from outbox where version = 2"],
    ["bookings-as-stated", "delete from outbox where id = (select min(id) from outbox)"],
    ["bookings-as-stated", "delete from outbox where subject like '%.ticket_used.%'"],
    ["holds-are-kept", "update holds set expires_at = now() - interval '2 minutes'"],
    ["holds-are-kept", "update bookings set hold_id = null"],
    [
      "cancelled-events-are-empty",
      "update event_seats set cancelled_at = now() - interval '2 minutes'",
    ],
    ["seats-as-announced", "update event_view set capacity = 21"],
    ["seats-as-announced", "delete from event_view"],
    [
      "idempotency-keys-have-bookings",
      "update idempotency_keys set resource_id = event_id from (select event_id from event_seats) s",
    ],
  ])("%s is found broken by: %s", async (name, statement) => {
    await using world = await busyWorld();

    await world.query(statement);

    const names = (await world.breaches()).map((text) => text.split(":")[0]);
    expect(new Set(names)).toEqual(new Set([name]));
  });
});

test("thousands of bookings whose messages all wait for the broker are looked at in time", async () => {
  await using world = await bookingsWorld();
  const eventId = await world.announce({ capacity: 5_000 });
  await world.query(`
    insert into bookings (id, event_id, event_name, user_id, seats, status, only_one, version)
    select gen_random_uuid(), '${eventId}', 'Opera', 'ada', 1, 'CONFIRMED', false, 1
    from generate_series(1, 5000)`);
  await world.query("update event_seats set booked = 5000");
  await world.query(`
    insert into outbox (event_id, key, version, subject, headers, payload)
    select gen_random_uuid(), 'booking/' || id, 1, 'bookings.v1.event_booked.' || id, '', ''
    from bookings`);

  // Each with each took ten seconds, which is the limit of a statement.
  expect(await world.breaches()).toEqual([]);
});

test("the ledgers tell page by page what is known of events and how much is booked", async () => {
  await using world = await busyWorld();
  const other = await world.announce({ capacity: 7, cancelled: true }, 4);
  const { eventId } = world;

  const read = await world.pool.transaction(async (tx) => ({
    first: await heardEventsLedger.page(tx, { after: undefined, limit: 1 }),
    rest: await heardEventsLedger.page(tx, { after: other, limit: 5 }),
    booked: await bookedSeatsLedger.find(tx, [eventId, other, Bun.randomUUIDv7()]),
  }));

  expect(read).toEqual({
    first: [{ id: other, state: "CANCELLED", content: "v4 7 seats" }],
    rest: [{ id: eventId, state: "SCHEDULED", content: "v1 20 seats" }],
    booked: [
      { id: other, state: "BOOKED", content: "0 seats" },
      { id: eventId, state: "BOOKED", content: "5 seats" },
    ],
  });
});
