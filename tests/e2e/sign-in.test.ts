import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createPublicKey, verify } from "node:crypto";
import { eventually } from "@app/platform/testing/eventually.ts";
import { openSignInWorld, type Person, publishEvent, type SignInWorld } from "./sign-in-world.ts";
import type { Answer } from "./stage.ts";

setDefaultTimeout(180_000);

let world: SignInWorld;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  world = await openSignInWorld();
  [ann, bob] = [await world.join("ann"), await world.join("bob")];
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const book = (as: Person, eventId: string, seats = 1): Promise<Answer> =>
  world.call("bookings", "POST", `/events/${eventId}/bookings`, { as, body: { seats } });

/** Asks again as long as the event has not been heard of, as callers are told to. */
const booked = (as: Person, eventId: string, seats = 1) =>
  eventually(async () => {
    const { status, body } = await book(as, eventId, seats);
    expect(status).toBe(201);
    return body;
  });

const bookingsOf = async (as: Person, query = "") =>
  (await world.call("bookings", "GET", `/bookings${query}`, { as })).body.bookings;

describe("somebody who signs up", () => {
  test("orders a dish in its own name, and sees no order but its own", async () => {
    const { call } = world;
    const carl = await world.join("carl");
    const order = (as: Person) =>
      call("orders", "POST", "/v1/orders", {
        as,
        headers: { prefer: "wait=15" },
        body: { userId: "somebody else", sku: "pizza", quantity: 1 },
      });

    const [anns, carls] = [await order(ann), await order(carl)];

    expect([anns.status, carls.status]).toEqual([201, 201]);
    const listed = async (as: Person) =>
      (await call("orders", "GET", `/v1/orders?userId=${ann.id}`, { as })).body.orders;
    expect(await listed(carl)).toMatchObject([{ id: carls.body.id, userId: carl.id }]);
    expect(await listed(ann)).toMatchObject([{ id: anns.body.id, userId: ann.id }]);
    const foreign = await call("orders", "GET", `/v1/orders/${anns.body.id}`, { as: carl });
    expect(foreign.status).toBe(404);
    const nobodys = { body: { userId: carl.id, sku: "pizza", quantity: 1 } };
    expect((await call("orders", "POST", "/v1/orders", nobodys)).status).toBe(401);
  });

  test("publishes nothing before an operator gives it the role", async () => {
    const { call, operator, join } = world;
    const dora = await join("dora");
    const body = {
      name: "Studio",
      address: "1 Yard",
      country: "Norway",
      openTime: 8,
      closeTime: 20,
      halls: [{ name: "Room", capacity: 3 }],
    };
    const publish = (as: Person) => call("events", "POST", "/locations", { as, body });
    expect((await publish(dora)).status).toBe(403);

    const roles = { as: operator, body: { roles: ["customer", "organiser"] } };
    await call("users", "POST", `/ops/v1/users/${dora.id}/roles`, roles);
    const credentials = { body: { email: "dora@example.test", password: "demo1234" } };
    const again = await call("users", "POST", "/api/login", credentials);

    expect((await publish({ ...dora, token: again.body.token })).status).toBe(201);
    // The token that was given before says what she might do before.
    expect((await publish(dora)).status).toBe(403);
  });
});

describe("an event that an organiser publishes", () => {
  test("is booked by others, each of whom sees its own bookings alone", async () => {
    const { call } = world;
    const eventId = await publishEvent(world);

    const anns = await booked(ann, eventId, 3);
    const bobs = await booked(bob, eventId, 2);

    expect(anns).toMatchObject({ eventName: "Opera Aida", userId: ann.id, seats: 3 });
    const query = `?eventId=${eventId}`;
    expect(await bookingsOf(ann, query)).toEqual([anns]);
    expect(await bookingsOf(bob, `${query}&userId=${ann.id}`)).toEqual([bobs]);
    for (const [method, path] of [
      ["GET", `/bookings/${anns.id}`],
      ["GET", `/bookings/${anns.id}/ticket`],
      ["POST", `/bookings/${anns.id}/cancel`],
    ] as const)
      expect((await call("bookings", method, path, { as: bob })).status).toBe(404);
    expect((await call("bookings", "GET", "/bookings")).status).toBe(401);
    await eventually(async () =>
      expect((await call("events", "GET", `/events/${eventId}`)).body.seatsLeft).toBe(5),
    );
  });

  test("is booked while its service is away, and by its changes once that is back", async () => {
    const { call, organiser } = world;
    const eventId = await publishEvent(world, { capacity: 10 });
    await booked(ann, eventId, 2);

    await world.service("events").process.kill();
    expect((await book(bob, eventId, 2)).status).toBe(201);
    await world.service("events").process.restart();

    const changed = { as: organiser, body: { name: "Aida, at last", capacity: 5 } };
    expect((await call("events", "PATCH", `/events/${eventId}`, changed)).status).toBe(200);
    const left = () => call("bookings", "GET", `/events/${eventId}/availability`);
    await eventually(async () =>
      expect((await left()).body).toEqual({ capacity: 5, booked: 4, held: 0, left: 1 }),
    );
    expect((await book(bob, eventId, 2)).body.detail).toBe("not enough seats");
    expect(await booked(bob, eventId, 1)).toMatchObject({ eventName: "Aida, at last" });
    await eventually(async () =>
      expect((await call("events", "GET", `/events/${eventId}`)).body.seatsLeft).toBe(0),
    );
  });

  test("takes its bookings with it when it is cancelled, and says so to who booked", async () => {
    const { call, organiser } = world;
    const eventId = await publishEvent(world);
    const { id } = await booked(ann, eventId);
    const cancel = (as: Person) => call("events", "POST", `/events/${eventId}/cancel`, { as });

    expect((await cancel(bob)).status).toBe(403);
    expect((await cancel(organiser)).status).toBe(200);

    await eventually(async () =>
      expect((await call("bookings", "GET", `/bookings/${id}`, { as: ann })).body).toMatchObject({
        status: "CANCELLED",
        reason: "event is cancelled",
      }),
    );
    expect(await book(bob, eventId)).toMatchObject({
      status: 409,
      body: { detail: "event is cancelled" },
    });
    expect((await call("bookings", "GET", `/bookings/${id}/ticket`, { as: ann })).status).toBe(409);
  });
});

test("a ticket is verified by its public key alone, and lets in once", async () => {
  const { call, operator } = world;
  const { id } = await booked(ann, await publishEvent(world), 2);
  const asText = { as: ann, headers: { accept: "application/json" } };
  const { ticket } = (await call("bookings", "GET", `/bookings/${id}/ticket`, asText)).body;
  const { keys } = (await call("bookings", "GET", "/tickets/keys")).body;
  const picture = await call("bookings", "GET", `/bookings/${id}/ticket`, { as: ann });
  expect(picture.body).toStartWith("<svg");

  expect(readOffline(ticket, keys)).toMatchObject({ sub: id, seats: 2, name: "Opera Aida" });
  const [head, claims, signature] = ticket.split(".");
  const more = Buffer.from(claims, "base64url").toString().replace('"seats":2', '"seats":9');
  const forged = [head, Buffer.from(more).toString("base64url"), signature].join(".");
  expect(() => readOffline(forged, keys)).toThrow("forged");

  const show = (text: string, as = operator) =>
    call("bookings", "POST", "/tickets/verify", { as, body: { ticket: text } });
  expect((await show(ticket, ann)).status).toBe(403);
  expect(await show(forged)).toMatchObject({ status: 400, body: { detail: "invalid ticket" } });
  const doors = await Promise.all([show(ticket), show(ticket), show(ticket)]);
  expect(doors.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  expect(await show(ticket)).toMatchObject({ status: 409, body: { detail: "already used" } });
  expect((await bookingsOf(ann)).find((one: { id: string }) => one.id === id).status).toBe("USED");
});

/** As a door keeper does who has no network: nothing but the key document. */
function readOffline(ticket: string, keys: readonly { kid: string; x: string }[]): unknown {
  const [head = "", claims = "", signature = ""] = ticket.split(".");
  const json = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  const key = keys.find(({ kid }) => kid === json(head).kid);
  const jwk = { kty: "OKP", crv: "Ed25519", x: key?.x ?? "" };
  const publicKey = createPublicKey({ key: jwk, format: "jwk" });
  const signed = Buffer.from(`${head}.${claims}`);
  if (!verify(null, signed, publicKey, Buffer.from(signature, "base64url")))
    throw new Error("forged");
  return json(claims);
}
