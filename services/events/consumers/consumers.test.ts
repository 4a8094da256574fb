import { describe, expect, test } from "bun:test";
import {
  BookingCancelledSchema,
  EventBookedSchema,
} from "@app/contracts/gen/bookings/v1/booking_messages_pb.ts";
import { EventRatedSchema } from "@app/contracts/gen/reviews/v1/review_messages_pb.ts";
import type { Handler, MessageContext } from "@app/platform/messaging/handler.ts";
import { create } from "@bufbuild/protobuf";
import { storedRatings } from "../store/event-ratings.ts";
import { findEvent } from "../store/find-event.ts";
import { type EventsStores, eventsUnit } from "../store/unit.ts";
import { served } from "../testing/served.ts";
import { eventsWorld, type World } from "../testing/world.ts";
import { onBookingCancelled } from "./on-booking-cancelled.ts";
import { onEventBooked } from "./on-event-booked.ts";
import { onEventRated } from "./on-event-rated.ts";

const booked = (bookedEventId: string, seats: number) =>
  [onEventBooked, create(EventBookedSchema, { bookedEventId, seats })] as const;
const cancelled = (bookedEventId: string, seats: number) =>
  [onBookingCancelled, create(BookingCancelledSchema, { bookedEventId, seats })] as const;

/** As the core does it: one transaction, the rows of all messages locked, then one by one. */
function consume(world: World, messages: readonly (readonly [Handler<EventsStores>, object])[]) {
  return world.db.transaction(async (tx) => {
    const unit = eventsUnit(tx);
    await unit.lock(messages.flatMap(([handler, message]) => handler.rows([message])));
    for (const [handler, message] of messages)
      await handler.handle(unit.stores, message, {} as MessageContext);
  });
}

async function seatsLeft(world: World, id: string): Promise<number> {
  return (await findEvent(world.db, id)).seatsLeft;
}

describe("the messages of bookings", () => {
  test("are named after their contracts, and name the row that they change", () => {
    const id = crypto.randomUUID();

    expect(onEventBooked.type).toBe("bookings.v1.event_booked");
    expect(onBookingCancelled.type).toBe("bookings.v1.booking_cancelled");
    for (const [handler, message] of [booked(id, 1), cancelled(id, 1)])
      expect(handler.rows([message])).toEqual([{ table: "booked_seats", key: id }]);
  });

  test("count the seats that are left, in one batch and in several", async () => {
    await using world = await eventsWorld();
    const hallId = (await world.location({ Main: 50 })).halls[0]?.id;
    const [aida, tosca] = [await world.event({ hallId }), await world.event({ hallId })];

    await consume(world, [
      booked(aida.event.id, 4),
      booked(tosca.event.id, 1),
      booked(aida.event.id, 3),
      cancelled(tosca.event.id, 1),
    ]);
    await consume(world, [cancelled(aida.event.id, 4)]);

    expect(await seatsLeft(world, aida.event.id)).toBe(47);
    expect(await seatsLeft(world, tosca.event.id)).toBe(50);
  });

  test("are heard before the event is known", async () => {
    await using world = await eventsWorld();
    const unknown = crypto.randomUUID();

    await consume(world, [booked(unknown, 4)]);

    expect(await world.run(`select seats from booked_seats where event_id = '${unknown}'`)).toEqual(
      [{ seats: 4 }],
    );
  });

  test("leave nothing where fewer seats are sold now than were booked", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api, "everywhere");
    const hallId = (await world.location({ Main: 50 })).halls[0]?.id;
    const { event } = await world.event({ hallId });
    await consume(world, [booked(event.id, 30)]);

    const lowered = await call("PATCH", `/events/${event.id}`, { capacity: 20 });
    await consume(world, [cancelled(event.id, 15)]);

    expect([lowered.status, lowered.body.seatsLeft]).toEqual([200, 0]);
    expect(await seatsLeft(world, event.id)).toBe(5);
  });

  test("are shown in lists, which leave out what is sold out when asked to", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const hallId = (await world.location({ Main: 5 })).halls[0]?.id;
    const soldOut = await world.event({ hallId, name: "Sold out" });
    const open = await world.event({ hallId, name: "Open" });
    await consume(world, [booked(soldOut.event.id, 5), booked(open.event.id, 2)]);

    const all = await call("GET", "/events");
    const available = await call("GET", "/events?available=true");

    const seen = ({ name, seatsLeft }: { name: string; seatsLeft: number }) => [name, seatsLeft];
    expect(all.body.events.map(seen)).toEqual([
      ["Sold out", 0],
      ["Open", 3],
    ]);
    expect(available.body.events.map(seen)).toEqual([["Open", 3]]);
  });

  test("never count below nothing: a cancellation that was not booked is a fault", async () => {
    await using world = await eventsWorld();

    await expect(consume(world, [cancelled(crypto.randomUUID(), 1)])).rejects.toThrow();
  });
});

describe("the messages of reviews", () => {
  /** Takes in one rating as the core does. */
  const rate = (world: World, ratedEventId: string, [reviews, stars, version]: number[]) =>
    world.db.transaction(async (tx) => {
      const rating = { reviews: BigInt(reviews ?? 0), stars: BigInt(stars ?? 0) };
      const message = create(EventRatedSchema, { ratedEventId, rating });
      const unit = eventsUnit(tx);
      await unit.lock(onEventRated.rows([message]));
      await onEventRated.handle(unit.stores, message, { version } as MessageContext);
    });

  test("show stars on events, the newest version's whatever comes last", async () => {
    await using world = await eventsWorld();
    const { call, rpc } = served(world.api, "everywhere");
    const hallId = (await world.location({ Main: 50 })).halls[0]?.id;
    const { event } = await world.event({ hallId });
    const other = await world.event({ hallId });

    for (const news of [
      [2, 9, 2],
      [3, 13, 3],
      [1, 5, 1],
    ])
      await rate(world, event.id, news);

    const shown = (await call("GET", `/events/${event.id}`)).body;
    expect(shown).toMatchObject({ rating: 4.33, reviews: 3 });
    expect(await rpc().getEvent({ eventId: event.id })).toMatchObject({
      event: { rating: 4.33, reviews: 3n },
    });
    expect((await call("GET", "/events?available=true")).body.events).toMatchObject([
      { rating: 4.33 },
      { id: other.event.id },
    ]);
    expect((await call("GET", `/events/${other.event.id}`)).body).not.toHaveProperty("rating");
    const changed = await call("PATCH", `/events/${event.id}`, { capacity: 20 });
    expect(changed.body).toMatchObject({ capacity: 20, reviews: 3 });
    const keys = [`event_rating/${event.id}`, "event_rating/nonsense"];
    expect([...(await storedRatings(world.db, keys))]).toEqual([[keys[0] ?? "", 3]]);
  });

  test("are forgotten with the last review", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const hallId = (await world.location({ Main: 50 })).halls[0]?.id;
    const { event } = await world.event({ hallId });

    await rate(world, event.id, [1, 5, 1]);
    await rate(world, event.id, [0, 0, 2]);

    expect((await call("GET", `/events/${event.id}`)).body).not.toHaveProperty("reviews");
  });
});
