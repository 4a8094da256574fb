import { describe, expect, test } from "bun:test";
import { messageContracts } from "@app/contracts/messages.ts";
import { createValidator } from "@bufbuild/protovalidate";
import { served } from "../testing/served.ts";
import { eventsWorld, hours } from "../testing/world.ts";

const validator = createValidator();

describe("what events announces", () => {
  test("is the whole state, one version after another, under the key of what it is about", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api, "everywhere");
    const location = await world.location({ Main: 500, Small: 50 });
    const [main, small] = location.halls;
    const { event } = await world.event({ hallId: main?.id });
    await call("PATCH", `/events/${event.id}`, { name: "Tosca", hallId: small?.id, duration: 90 });
    await call("POST", `/events/${event.id}/cancel`);

    const announced = await world.announced();

    const halls = location.halls.map(({ id, name, capacity }) => ({ id, name, capacity }));
    expect(announced.map(({ subject, key, version }) => [subject, key, version])).toEqual([
      [`events.v1.location_created.${location.id}`, `location/${location.id}`, 1],
      [`events.v1.event_created.${event.id}`, `event/${event.id}`, 1],
      [`events.v1.event_updated.${event.id}`, `event/${event.id}`, 2],
      [`events.v1.event_cancelled.${event.id}`, `event/${event.id}`, 3],
    ]);
    expect(announced[0]?.message.location).toMatchObject({ name: "Opera House", halls });
    const seconds = (at: Date) => ({ seconds: BigInt(at.getTime() / 1_000), nanos: 0 });
    expect(announced[3]?.message.event).toMatchObject({
      id: event.id,
      name: "Tosca",
      startDate: seconds(event.startsAt),
      endDate: seconds(new Date(event.startsAt.getTime() + 2 * hours * 1_000)),
      duration: 90,
      location: { id: location.id, name: "Opera House", country: "Austria", halls: [] },
      hall: halls[1],
      capacity: 50,
      seatsMax: 10,
      oneBookingEach: false,
      organiserId: "guest",
      status: 2,
    });
  });

  test("keeps the rules of its contract, at the limits of what a request may say", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api, "everywhere");
    const text = (length: number) => "ß".repeat(length);
    const hall = { name: text(200), location: text(300), capacity: 1_000_000 };
    const made = await call("POST", "/events", {
      name: text(200),
      startDate: 0,
      duration: 1,
      location: {
        name: text(200),
        address: text(300),
        country: text(100),
        openTime: 24,
        closeTime: 0,
        halls: [hall],
      },
      seatsMax: 1_000,
    });
    await call("PATCH", `/events/${made.body.id}`, {
      startDate: 253_402_300_000,
      endDate: 253_402_300_799,
      duration: 0,
      capacity: 1,
    });
    await call("POST", "/locations", { name: "x" });

    const announced = await world.announced();

    expect(made.status).toBe(201);
    expect(announced).toHaveLength(4);
    for (const { subject, message } of announced) {
      const contract = messageContracts.find((known) => subject.startsWith(`${known.subject}.`));
      if (!contract) throw new Error(`no contract has ${subject}`);
      expect(validator.validate(contract.schema, message)).toMatchObject({ kind: "valid" });
    }
  });

  test("is nothing when the event could not be stored", async () => {
    await using world = await eventsWorld();
    const hallId = (await world.location({ Main: 5 })).halls[0]?.id;
    const dates = { startDate: 4_000_000_000, endDate: 4_000_003_600, hallId };
    await world.event(dates);

    await expect(world.event(dates)).rejects.toThrow("the hall is taken at that time");

    expect(await world.announced()).toHaveLength(2);
    expect(await world.run("select from events")).toHaveLength(1);
  });
});
