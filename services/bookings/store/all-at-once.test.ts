import { expect, test } from "bun:test";
import { Refusal } from "@app/platform/errors.ts";
import { anEvent, announce, type BookingsWorld, bookingsWorld } from "../testing/world.ts";
import { bookSeats } from "./book-seats.ts";
import { cancelBooking } from "./cancel-booking.ts";
import { confirmHold, releaseHold } from "./confirm-hold.ts";
import { cancelForOrganisers } from "./event-cancellations.ts";
import { expireHoldsOf } from "./expire-holds.ts";
import { holdSeats } from "./hold-seats.ts";
import { ticketFor, useTicket } from "./use-ticket.ts";

const WORKERS = 8;
const STEPS = 40;
const anybody = { ownedBy: undefined };

/** Numbers below a limit, the same ones for the same seed (Numerical Recipes' generator). */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Everything that changes an event's seats, each with whatever the others have left. */
function deedsOn(world: BookingsWorld, next: (below: number) => number) {
  const { api, pool } = world;
  const event = anEvent({ capacity: 30 });
  const bookings: string[] = [];
  const holds: string[] = [];
  let version = 1;
  const wish = () => ({ seats: 1 + next(3), userId: `user-${next(20)}` });
  const keyed = () => (next(2) ? { idempotencyKey: `key-${next(40)}` } : {});
  const one = (ids: readonly string[]) => ids[next(ids.length)] ?? Bun.randomUUIDv7();

  const book = async () => {
    bookings.push((await bookSeats(api, event.id, wish(), keyed())).made.id);
  };
  const hold = async () => {
    holds.push((await holdSeats(api, event.id, wish(), keyed())).made.id);
  };
  const confirm = async () => {
    bookings.push((await confirmHold(api, one(holds), anybody)).made.id);
  };
  const use = async () => useTicket(api, (await ticketFor(api, one(bookings), anybody)).ticket);
  const cancel = () => cancelBooking(api, one(bookings), { ...anybody, reason: "rain" });
  const change = () => {
    version += 1;
    const oneBookingEach = next(3) === 0;
    const cancelled = next(4) === 0;
    const capacity = 10 + next(30);
    return announce(pool, { ...event, oneBookingEach, cancelled, capacity }, version);
  };
  const release = () => releaseHold(api, one(holds), anybody);
  const expire = async () => {
    await world.query(`update holds set expires_at = now() where id = '${one(holds)}'`);
    return expireHoldsOf(pool, event.id);
  };
  const cancelAll = () => cancelForOrganisers(api);

  const deeds: readonly (() => Promise<unknown>)[] = [
    ...[book, book, book, hold, hold, confirm, confirm, release, expire],
    ...[use, cancel, change, cancelAll],
  ];
  return { event, bookings, deeds };
}

test.each([1, 2, 3])("seats add up whatever is done with them at once: %d", async (seed) => {
  await using world = await bookingsWorld({ connectionsMax: WORKERS });
  const next = numbers(seed);
  const { event, bookings, deeds } = deedsOn(world, next);
  await announce(world.pool, event);

  const faults: unknown[] = [];
  const worker = async () => {
    for (let step = 0; step < STEPS; step += 1)
      await deeds[next(deeds.length)]?.().catch((error: unknown) => {
        if (!(error instanceof Refusal)) faults.push(error);
      });
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));

  // Neither a deadlock, nor a constraint that answers in words of its own.
  expect(faults).toEqual([]);
  expect(await world.breaches()).toEqual([]);
  expect(new Set(bookings).size).toBeGreaterThan(5);
});
