import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeHeaders } from "@app/platform/messaging/headers.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { openSignInWorld, type Person, publishEvent, type SignInWorld } from "./sign-in-world.ts";

setDefaultTimeout(180_000);

let world: SignInWorld;
let ann: Person;
let folder: string;
beforeAll(async () => {
  world = await openSignInWorld();
  ann = await world.join("ann");
  folder = await mkdtemp(join(tmpdir(), "myevents-qb-"));
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const names = ["orders", "inventory", "events", "bookings", "users"] as const;

const book = (eventId: string) =>
  world.call("bookings", "POST", `/events/${eventId}/bookings`, { as: ann, body: { seats: 1 } });

const booked = (eventId: string) =>
  eventually(async () => {
    const { status, body } = await book(eventId);
    expect(status).toBe(201);
    return body;
  });

/** An event of which bookings gets a message that it cannot read, and the letter that comes of it. */
async function unreadableEvent(): Promise<{ readonly eventId: string; readonly letter: string }> {
  const eventId = Bun.randomUUIDv7();
  const id = crypto.randomUUID();
  const type = "events.v1.event_created";
  await world.broker.publish({
    subject: `${type}.${eventId}`,
    headers: encodeHeaders({
      "Nats-Msg-Id": id,
      "ce-specversion": "1.0",
      "ce-id": id,
      "ce-type": type,
      "ce-source": "/events",
      "ce-time": new Date().toISOString(),
      key: `event/${eventId}`,
      version: "1",
    }),
    payload: Uint8Array.of(0xff, 0xff, 0xff, 0x01),
  });
  const letter = await eventually(async () => {
    const rows = await world.sql("bookings")`
      select id from dead_letters where key = ${`event/${eventId}`} and state = 'dead'`;
    expect(rows).toHaveLength(1);
    return `bookings/${rows[0]?.id}`;
  });
  return { eventId, letter };
}

describe("qb over all services", () => {
  test("examines, lists and verifies each of them", async () => {
    const eventId = await publishEvent(world);
    const { id } = await booked(eventId);
    await world.call("bookings", "POST", `/bookings/${id}/cancel`, { as: ann, body: {} });

    // What was just announced may be on its way, which it says.
    await eventually(async () => {
      const doctor = await world.qb(["doctor", "--json"]);
      const { findings } = doctor.json() as { findings: { about: string; state: string }[] };
      const of = (about: string) => findings.find((finding) => finding.about === about)?.state;
      expect(doctor.code).toBe(0);
      for (const name of names) expect([name, of(`${name} database`)]).toEqual([name, "ok"]);
      const own = ["topology", "bookings bookings-service", "events events-service"];
      expect(own.map(of)).toEqual(["ok", "ok", "ok"]);
    });

    const outbox = await world.qb(["outbox", "ls"]);
    for (const name of names) expect(outbox.out).toContain(`${name}: `);

    const verified = await world.qb(["verify", "--full", "--wait", "60"]);
    expect({ code: verified.code, error: verified.error }).toEqual({ code: 0, error: "" });
    for (const check of [
      "bookings\tseats-add-up",
      "bookings\tbookings-as-stated",
      "events\tevents-as-stated",
      "events\treceived-accounted-for",
      "users\tsent-in-stream",
      "users\tusers-as-stated",
      "users\tsessions-are-families",
      "users\tone-key-has-no-successor",
    ])
      expect(verified.out).toContain(`ok\t${check}\t`);
  });

  test("names the row where seats do not add up", async () => {
    const eventId = await publishEvent(world);
    await booked(eventId);
    const seats = world.sql("bookings");
    await seats`update event_seats set booked = booked + 1 where event_id = ${eventId}`;

    const broken = await world.qb(["verify"]);
    await seats`update event_seats set booked = booked - 1 where event_id = ${eventId}`;
    const mended = await world.qb(["verify"]);

    expect(broken.code).toBe(1);
    expect(broken.out).toContain(`event ${eventId}: 2 booked, and its bookings have 1`);
    expect(mended.code).toBe(0);
  });

  test("makes demo data where guests are not let in: orders of whoever the token names", async () => {
    const seeded = await world.qb(["seed", "--json"]);
    const again = await world.qb(["seed"]);
    const strangers = await world.qb(["seed"], ann.token);
    const guests = await world.qb(["seed"], "");

    expect({ code: seeded.code, error: seeded.error }).toEqual({ code: 0, error: "" });
    const orders = await world.sql("orders")`select user_id, status from orders`;
    expect(new Set(orders.map(({ user_id }) => user_id))).toEqual(new Set([world.operator.id]));
    expect(orders.map(({ status }) => status).toSorted()).toEqual([
      "CANCELLED",
      "CANCELLED",
      "CONFIRMED",
      "CONFIRMED",
    ]);
    expect([again.code, again.out]).toEqual([0, expect.not.stringContaining(": made")]);
    expect([strangers.code, guests.code]).toEqual([4, 4]);
    expect(guests.error).toContain("QB_TOKEN");
  });

  test("is refused to whoever is no operator", async () => {
    for (const token of ["", ann.token, world.organiser.token]) {
      const { code, error } = await world.qb(["dlq", "ls"], token);
      expect([code, error]).toEqual([4, expect.stringContaining("QB_TOKEN")]);
    }
  });
});

describe("a dead letter of bookings", () => {
  test("is mended and run by an operator, so that its event can be booked", async () => {
    const { eventId, letter } = await unreadableEvent();
    const at = Date.now() + 86_400_000;
    const payload = {
      event: {
        id: eventId,
        name: "The Lost Concert",
        startDate: new Date(at).toISOString(),
        endDate: new Date(at + 7_200_000).toISOString(),
        duration: 120,
        location: { id: Bun.randomUUIDv7(), name: "Arena", closeTime: 24 },
        hall: { id: Bun.randomUUIDv7(), name: "Hall", capacity: 5 },
        capacity: 5,
        seatsMax: 2,
        status: "EVENT_STATUS_SCHEDULED",
        organiserId: world.organiser.id,
      },
    };
    const file = join(folder, "event.json");
    await Bun.write(file, JSON.stringify(payload));
    const edit = ["dlq", "edit", letter, "--file", file, "--reason", "bytes were lost"];

    const listed = await world.qb(["dlq", "ls", "--consumer", "bookings-service", "--json"]);
    expect(listed.json()).toMatchObject({ deadLetters: [{ key: `event/${eventId}` }] });
    expect((await world.qb([...edit, "--redrive", "--yes"], ann.token)).code).toBe(4);
    const mended = await world.qb([...edit, "--redrive", "--yes"]);

    expect({ code: mended.code, error: mended.error }).toEqual({ code: 0, error: "" });
    expect(await booked(eventId)).toMatchObject({ eventName: "The Lost Concert" });
    const { body } = await world.call("bookings", "GET", `/ops/v1/audit`, { as: world.operator });
    expect(JSON.stringify(body)).toContain(world.operator.id);
  });

  test("fails again as it is, and is given up for a reason", async () => {
    const { letter } = await unreadableEvent();

    const again = await world.qb(["dlq", "redrive", letter]);
    const discarded = await world.qb(["dlq", "discard", letter, "--reason", "no such event"]);

    expect(again.code).toBe(1);
    expect(again.error).toContain(`${letter} failed again`);
    expect({ code: discarded.code, error: discarded.error }).toEqual({ code: 0, error: "" });
    expect((await world.qb(["dlq", "ls"])).out).toContain("No dead letters");
  });
});

describe("the projection of events", () => {
  test("is built anew by an operator, and the past is read from the stream", async () => {
    const eventId = await publishEvent(world);
    const { id } = await booked(eventId);
    await world.sql("bookings")`update event_view set name = 'wrong' where event_id = ${eventId}`;

    expect((await world.qb(["consumer", "rebuild", "bookings"], ann.token)).code).toBe(4);
    const rebuilt = await world.qb(["consumer", "rebuild", "bookings", "--json"]);
    const event = await world.qb(["stream", "get", `event/${eventId}`, "--json"]);
    const stateOf = (version: number) =>
      eventually(async () => {
        const run = await world.qb(["stream", "get", `booking/${id}`, "--json"]);
        expect(run.json()).toMatchObject({ version });
        return run.json();
      });
    const booking = await stateOf(1);
    const accept = { accept: "application/json" };
    const mine = { as: ann, headers: accept };
    const { ticket } = (await world.call("bookings", "GET", `/bookings/${id}/ticket`, mine)).body;
    const shown = { as: world.operator, body: { ticket } };
    const { body: entered } = await world.call("bookings", "POST", "/tickets/verify", shown);
    const used = await stateOf(2);

    expect(rebuilt.json()).toMatchObject({ state: "done", changed: 1 });
    expect(event.json()).toMatchObject({ version: 1, state: { name: "Opera Aida" } });
    expect(booking).toMatchObject({ state: { id, status: "CONFIRMED", userId: ann.id } });
    expect(entered.status).toBe("USED");
    expect(used).toMatchObject({ state: { id, status: "USED", usedAt: expect.any(String) } });
  });
});
