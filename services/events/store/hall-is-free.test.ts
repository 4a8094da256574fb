import { describe, expect, test } from "bun:test";
import { organiser, served } from "../testing/served.ts";
import { days, evening, eventsWorld, hours } from "../testing/world.ts";

const taken = "the hall is taken at that time";

describe("a hall", () => {
  test.each([
    ["begins before the other ends", hours, 3 * hours],
    ["lies within the other", hours / 2, hours],
    ["is at the very same time", 0, 2 * hours],
    ["holds the other within", -hours, 3 * hours],
    ["ends a second after the other began", -hours, 1],
  ])("takes no event that %s", async (_, from, until) => {
    await using world = await eventsWorld({ connectionsMax: 2 });
    const { call } = served(world.api);
    const hallId = (await world.location({ Main: 5 })).halls[0]?.id;
    await world.event({ hallId, startDate: evening, endDate: evening + 2 * hours });

    const dates = { startDate: evening + from, endDate: evening + until };
    const answer = await call("POST", "/events", { name: "Tosca", hallId, ...dates }, organiser);

    expect([answer.status, answer.body.detail]).toEqual([409, taken]);
    expect(await world.announced()).toHaveLength(2);
  });

  test("takes an event that begins as another ends, one in another hall, and one instead of a cancelled one", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api);
    const [main, small] = (await world.location({ Main: 5, Small: 5 })).halls;
    const dates = { startDate: evening, endDate: evening + 2 * hours };
    const first = await world.event({ hallId: main?.id, ...dates });

    const wishes = [
      { hallId: main?.id, startDate: evening + 2 * hours, endDate: evening + 3 * hours },
      { hallId: small?.id, ...dates },
    ];
    for (const wish of wishes)
      expect((await call("POST", "/events", { name: "B", ...wish }, organiser)).status).toBe(201);
    await call(
      "POST",
      `/events/${first.event.id}/cancel`,
      {},
      { subject: "o", roles: ["operator"] },
    );
    const instead = { name: "C", hallId: main?.id, ...dates };

    expect((await call("POST", "/events", instead, organiser)).status).toBe(201);
  });

  test("refuses an event that is moved onto another one, and leaves it where it was", async () => {
    await using world = await eventsWorld();
    const { call } = served(world.api, "everywhere");
    const [main, small] = (await world.location({ Main: 5, Small: 5 })).halls;
    const dates = { startDate: evening, endDate: evening + 2 * hours };
    await world.event({ hallId: main?.id, ...dates });
    const { event } = await world.event({ hallId: small?.id, ...dates });
    const later = await world.event({ hallId: small?.id, startDate: evening + days });

    const byHall = await call("PATCH", `/events/${event.id}`, { hallId: main?.id });
    const byDate = await call("PATCH", `/events/${later.event.id}`, dates);

    expect([byHall.status, byHall.body.detail]).toEqual([409, taken]);
    expect([byDate.status, byDate.body.detail]).toEqual([409, taken]);
    expect((await call("GET", `/events/${event.id}`)).body.hall.id).toBe(small?.id);
  });

  test("is given to exactly one of many who want it at the same moment", async () => {
    await using world = await eventsWorld({ connectionsMax: 12 });
    const { call } = served(world.api, "everywhere");
    const hallId = (await world.location({ Main: 5 })).halls[0]?.id;
    const wish = (at: number) => ({
      name: `Event ${at}`,
      hallId,
      startDate: evening + at,
      endDate: evening + 2 * hours,
    });

    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, at) => call("POST", "/events", wish(at))),
    );

    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array.from({ length: 23 }, () => 409)]);
    expect((await call("GET", "/events")).body.events).toHaveLength(1);
  });

  test("may be changed for another one by two events at once: both move, or one finds it taken", async () => {
    await using world = await eventsWorld({ connectionsMax: 8 });
    const { call } = served(world.api, "everywhere");
    const halls = (await world.location({ A: 5, B: 5, C: 5, D: 5 })).halls.map(({ id }) => id);
    const dates = { startDate: evening, endDate: evening + hours };
    const ids = [];
    for (const hallId of halls.slice(0, 3))
      ids.push((await world.event({ hallId, ...dates })).event.id);

    for (let round = 1; round <= 10; round += 1) {
      const answers = await Promise.all(
        ids.map((id, at) => call("PATCH", `/events/${id}`, { hallId: halls[(at + round) % 4] })),
      );
      for (const { status } of answers) expect([200, 409]).toContain(status);
    }

    const { events } = (await call("GET", "/events")).body;
    expect(new Set(events.map(({ hall }: { hall: { id: string } }) => hall.id)).size).toBe(3);
  });

  test("cannot be double-booked by hand, nor oversold, nor belong to another location", async () => {
    await using world = await eventsWorld();
    const [hall] = (await world.location({ Main: 5 })).halls;
    const other = await world.location({ Other: 7 });
    const one = await world.event({ hallId: hall?.id });
    const two = await world.event({ hallId: hall?.id });
    const set = (what: string) =>
      world.run(`update events set ${what} where id = '${two.event.id}'`);
    const from = one.event.startsAt.toISOString();
    const until = one.event.endsAt.toISOString();

    await expect(set(`starts_at = '${from}', ends_at = '${until}'`)).rejects.toThrow();
    await expect(set("capacity = 6")).rejects.toThrow();
    await expect(set("capacity = 6, hall_capacity = 6")).rejects.toThrow();
    await expect(set(`location_id = '${other.id}'`)).rejects.toThrow();
    await expect(set("status = 'GONE'")).rejects.toThrow();
  });
});
