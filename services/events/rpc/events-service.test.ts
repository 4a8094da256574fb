import { describe, expect, test } from "bun:test";
import { EventStatus } from "@app/contracts/gen/events/v1/event_messages_pb.ts";
import { Code, ConnectError } from "@connectrpc/connect";
import { customer, operator, organiser, otherOrganiser, served } from "../testing/served.ts";
import { evening, eventsWorld, hours } from "../testing/world.ts";

const wish = {
  name: "Aida",
  startDate: BigInt(evening),
  endDate: BigInt(evening + 2 * hours),
  location: { name: "Opera House", country: "Austria", halls: [{ name: "Main", capacity: 500 }] },
};

async function codeOf(call: Promise<unknown>): Promise<readonly [Code, string]> {
  try {
    await call;
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    return [code, rawMessage];
  }
  throw new Error("the call was answered");
}

describe("EventsService", () => {
  test("answers as REST does", async () => {
    await using world = await eventsWorld();
    const { rpc, call } = served(world.api);

    const { event } = await rpc(organiser).createEvent(wish);
    if (!event) throw new Error("no event was answered");
    const rest = (await call("GET", `/events/${event?.id}`)).body;

    expect(event).toMatchObject({
      id: rest.id,
      name: "Aida",
      startDate: BigInt(rest.startDate),
      endDate: BigInt(rest.endDate),
      duration: 120,
      hall: { id: rest.hall.id, name: "Main", location: "", capacity: 500 },
      location: { id: rest.location.id, openTime: 0, closeTime: 24, halls: [{ name: "Main" }] },
      capacity: 500,
      seatsMax: 10,
      oneBookingEach: false,
      status: EventStatus.SCHEDULED,
      seatsLeft: 500,
    });
    const guest = rpc();
    expect((await guest.getEvent({ eventId: rest.id })).event).toEqual(event);
    expect((await guest.findEventsByName({ name: "aIDA" })).events).toEqual([event]);
    expect((await guest.listEvents({ search: "opera aida", available: true })).events).toEqual([
      event,
    ]);
    const { location } = await guest.getLocation({ locationId: rest.location.id });
    if (!location) throw new Error("no location was answered");
    expect(event.location).toEqual(location);
    expect((await guest.listLocations({})).locations).toEqual([location]);
  });

  test("changes and cancels an event", async () => {
    await using world = await eventsWorld();
    const { rpc } = served(world.api);
    const mine = rpc(organiser);
    const eventId = (await mine.createEvent({ ...wish, capacity: 30 })).event?.id ?? "";
    const arena = { name: "Arena", halls: [{ name: "Field", capacity: 9_000 }] };
    const { location } = await mine.createLocation({ location: arena });

    const smaller = await mine.updateEvent({ eventId, name: "Tosca", capacity: 20 });
    const moved = await mine.updateEvent({ eventId, hallId: location?.halls[0]?.id });
    const whole = await rpc(operator).updateEvent({ eventId, capacity: 0, oneBookingEach: true });
    const cancelled = await mine.cancelEvent({ eventId });

    expect(smaller.event).toMatchObject({ name: "Tosca", capacity: 20 });
    expect(moved.event).toMatchObject({ capacity: 20, location: { name: "Arena" } });
    expect(whole.event).toMatchObject({ capacity: 9_000, oneBookingEach: true });
    expect(cancelled.event?.status).toBe(EventStatus.CANCELLED);
    expect(await codeOf(mine.updateEvent({ eventId, name: "Aida" }))).toEqual([
      Code.FailedPrecondition,
      "event is cancelled",
    ]);
  });

  test("pages its lists", async () => {
    await using world = await eventsWorld();
    const { rpc } = served(world.api);
    const hallId = (await world.location({ Main: 5 })).halls[0]?.id;
    for (const name of ["A", "B", "C"]) await world.event({ hallId, name });

    const first = await rpc().listEvents({ limit: 2 });
    const second = await rpc().listEvents({ limit: 2, cursor: first.nextCursor });

    expect([...first.events, ...second.events].map(({ name }) => name)).toEqual(["A", "B", "C"]);
    expect(second.nextCursor).toBe("");
  });

  test("refuses with the texts of REST", async () => {
    await using world = await eventsWorld();
    const { rpc } = served(world.api);
    const mine = rpc(organiser);
    const eventId = (await mine.createEvent(wish)).event?.id ?? "";
    const nowhere = "01900000-0000-7000-8000-000000000000";

    expect(await codeOf(mine.createEvent({ name: "Aida" }))).toEqual([
      Code.InvalidArgument,
      "startDate is required",
    ]);
    expect(await codeOf(mine.createEvent({ ...wish, startDate: 2n ** 62n }))).toEqual([
      Code.InvalidArgument,
      "startDate must be unix seconds",
    ]);
    expect(await codeOf(mine.updateEvent({ eventId, name: "" }))).toEqual([
      Code.InvalidArgument,
      "name is required",
    ]);
    expect(await codeOf(mine.createLocation({}))).toEqual([
      Code.InvalidArgument,
      "name is required",
    ]);
    expect(await codeOf(rpc().getEvent({ eventId: "7" }))).toEqual([
      Code.InvalidArgument,
      "invalid id",
    ]);
    expect(await codeOf(rpc().getEvent({ eventId: nowhere }))).toEqual([
      Code.NotFound,
      "not found",
    ]);
    expect(await codeOf(rpc().findEventsByName({ name: "Tosca" }))).toEqual([
      Code.NotFound,
      "not found",
    ]);
    expect(await codeOf(rpc().listEvents({ limit: 101 }))).toEqual([
      Code.InvalidArgument,
      "limit must be 1 to 100",
    ]);
  });

  test("lets nobody change anything who may not", async () => {
    await using world = await eventsWorld();
    const { rpc } = served(world.api);
    const eventId = (await rpc(organiser).createEvent(wish)).event?.id ?? "";

    for (const [caller, code] of [
      [undefined, Code.Unauthenticated],
      [customer, Code.PermissionDenied],
    ] as const) {
      const client = rpc(caller);
      for (const call of [
        client.createEvent(wish),
        client.updateEvent({ eventId, name: "x" }),
        client.cancelEvent({ eventId }),
        client.createLocation(wish),
      ])
        expect((await codeOf(call))[0]).toBe(code);
    }
    expect(await codeOf(rpc(otherOrganiser).cancelEvent({ eventId }))).toEqual([
      Code.PermissionDenied,
      "only its organiser may change an event",
    ]);
    expect(await world.announced()).toHaveLength(2);
  });
});
