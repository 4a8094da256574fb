import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { createConnectTransport } from "@connectrpc/connect-node";
import { filled, makeCall, methodOf } from "./auth-calls.ts";
import { callsInOwnName, type OwnedKind, serviceOf, type WorksOn, worksOn } from "./auth-owned.ts";
import { guardedServices } from "./auth-services.ts";
import { stateOf } from "./database-state.ts";
import {
  openSignInWorld,
  type Person,
  publishEvent,
  type ServiceName,
  type SignInWorld,
} from "./sign-in-world.ts";

setDefaultTimeout(180_000);

// Without inventory an order stays as it is, so that nothing changes by itself.
const services = ["users", "orders", "events", "bookings"] as const satisfies ServiceName[];
const nobodys = { order: "999999", booking: uuidOf(1), hold: uuidOf(2), event: uuidOf(3) } as const;

let world: SignInWorld;
let ann: Person;
let bob: Person;
/** An organiser beside the one whose event it is. */
let otto: Person;
/** Ann's, but for the event, which is the organiser's. */
let things: Readonly<Record<OwnedKind, string>>;

beforeAll(async () => {
  world = await openSignInWorld(["orders", "events", "bookings"]);
  [ann, bob, otto] = [await world.join("ann"), await world.join("bob"), await organiser("otto")];
  things = await thingsOf(ann);
  await allIsQuiet();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const callsOn = (...kinds: readonly WorksOn[]) =>
  Object.keys(worksOn).filter((call) => kinds.some((kind) => worksOn[call] === kind));

test("it is known of every call in one's own name what it works on", () => {
  expect(Object.keys(worksOn).toSorted()).toEqual(callsInOwnName().toSorted());
});

describe("somebody else's thing", () => {
  test.each(callsOn("order", "booking", "hold"))(
    "is answered as one that does not exist, and stays as it is: %s",
    async (call) => {
      const before = await states();

      for (const stranger of [bob, otto]) {
        const unknown = await ask(call, stranger, nobodys);
        expect(unknown).toMatchObject({ status: 404, detail: "not found" });
        expect(await ask(call, stranger, things)).toEqual(unknown);
      }

      expect(await states()).toEqual(before);
    },
  );

  test.each(callsOn("event"))(
    "is changed by no other organiser, where everybody may see it: %s",
    async (call) => {
      const before = await states();

      expect(await ask(call, otto, things)).toEqual({
        status: 403,
        detail: "only its organiser may change an event",
      });
      expect(await ask(call, otto, nobodys)).toMatchObject({ status: 404 });
      expect(await ask(call, bob, things)).toMatchObject({ status: 403 });

      expect(await states()).toEqual(before);
    },
  );

  test("is in no list but its owner's, whatever the list is asked for", async () => {
    for (const path of ["/v1/orders", "/bookings"]) {
      const name = path === "/bookings" ? "bookings" : "orders";
      const listed = async (as: Person, query = "") =>
        (await world.call(name, "GET", `${path}${query}`, { as })).body[name];
      const rpc =
        name === "orders"
          ? "orders.v1.OrdersService/ListOrders"
          : "bookings.v1.BookingsService/ListBookings";
      const byRpc = async (as: Person, body: object) =>
        (await world.call(name, "POST", `/${rpc}`, { as, body, headers: json })).body[name];

      expect(await listed(ann)).toHaveLength(1);
      expect(await byRpc(ann, {})).toHaveLength(1);
      for (const stranger of [bob, otto]) {
        expect(await listed(stranger)).toEqual([]);
        expect(await listed(stranger, `?userId=${ann.id}`)).toEqual([]);
        expect(await byRpc(stranger, { userId: ann.id })).toEqual([]);
      }
    }
  });
});

describe("in one's own name", () => {
  test("nobody makes anything for another, whatever the body says", async () => {
    const order = { userId: ann.id, sku: "pizza", quantity: 1 };
    const seats = { userId: ann.id, seats: 1 };
    const made = [
      await world.call("orders", "POST", "/v1/orders", { as: bob, body: order }),
      await byRpc("orders.v1.OrdersService/CreateOrder", bob, order),
      await world.call("bookings", "POST", `/events/${things.event}/bookings`, {
        as: bob,
        body: seats,
      }),
      await world.call("bookings", "POST", `/events/${things.event}/holds`, {
        as: bob,
        body: seats,
      }),
      await byRpc("bookings.v1.BookingsService/CreateBooking", bob, {
        ...seats,
        eventId: things.event,
      }),
      await byRpc("bookings.v1.BookingsService/CreateHold", bob, {
        ...seats,
        eventId: things.event,
      }),
    ];

    expect(made.map(({ status }) => status)).toEqual([202, 200, 201, 201, 200, 200]);
    const owners = async (name: "orders" | "bookings", table: string) => {
      const sql = world.sql(name);
      const rows = await sql<{ owner: string; count: number }[]>`
        select user_id as owner, count(*)::int as count from ${sql(table)} group by user_id`;
      return Object.fromEntries(rows.map(({ owner, count }) => [owner, count]));
    };
    const expected = { [ann.id]: 1, [bob.id]: 2 };
    expect(await owners("orders", "orders")).toEqual(expected);
    expect(await owners("bookings", "bookings")).toEqual(expected);
    expect(await owners("bookings", "holds")).toEqual(expected);
  });

  test("everybody sees and changes the one account that is theirs", async () => {
    const nameOf = async (as: Person) => (await world.call("users", "GET", "/api/me", { as })).body;
    const rename = (body: object) => world.call("users", "PATCH", "/api/me", { as: bob, body });

    expect((await rename({ name: "Bobby" })).body).toMatchObject({ id: bob.id, name: "Bobby" });
    expect((await rename({ name: "Mallory", id: ann.id })).status).toBe(400);
    await byRpc("users.v1.UsersService/UpdateMe", bob, { name: "Robert" });

    expect(await nameOf(bob)).toMatchObject({ id: bob.id, name: "Robert" });
    expect(await nameOf(ann)).toMatchObject({ id: ann.id, name: "ann" });
  });

  // The last, because it changes everything: what is refused to others is there for its owner.
  test("whoever a thing belongs to is let in by every call on it", async () => {
    for (const call of callsOn("order", "booking", "hold", "event")) {
      const owner = worksOn[call] === "event" ? world.organiser : ann;
      const { status } = await ask(call, owner, things);
      const isRefused = [400, 401, 403, 404].includes(status);
      expect({ call, isRefused }).toEqual({ call, isRefused: false });
    }
  });
});

const json = { "content-type": "application/json" };

function byRpc(call: string, as: Person, body: object) {
  const name = services.find((service) => service === serviceOf(call)) ?? "users";
  return world.call(name, "POST", `/${call}`, { as, body, headers: json });
}

/** Makes a call on a thing, as whoever that is, and tells its status and the text of a refusal. */
async function ask(
  call: string,
  { token }: Person,
  ids: Readonly<Record<OwnedKind, string>>,
): Promise<{ readonly status: number; readonly detail?: string }> {
  const kind = worksOn[call];
  if (kind === undefined || kind === "own" || kind === "list" || kind === "authored")
    throw new Error(`${call} is of nothing that somebody owns`);
  const service = serviceOf(call);
  const { url } = world.service(services.find((name) => name === service) ?? "users");
  const headers = { authorization: `Bearer ${token}` };
  const [method = "", path] = call.split(" ");
  if (path === undefined) {
    const rpc = guardedServices[service]?.rpc;
    if (rpc === undefined) throw new Error(`${service} has no contract`);
    const transport = createConnectTransport({ baseUrl: url, httpVersion: "1.1" });
    const id = kind === "order" ? BigInt(ids.order) : ids[kind];
    const message = { [`${kind}Id`]: id, ...(call.includes("/Update") && { name: "Another" }) };
    return makeCall(methodOf(rpc, call), { transport, headers }, message);
  }
  const left = new AbortController();
  const body = method === "PATCH" ? JSON.stringify({ name: "Another" }) : undefined;
  const init = { method, headers, signal: left.signal, ...(body && { body }) };
  const response = await fetch(`${url}${filled(path, { id: ids[kind] })}`, init);
  const { status } = response;
  const answer = status < 400 ? {} : { detail: (await response.json()).detail };
  // A stream would go on.
  left.abort();
  return { status, ...answer };
}

async function thingsOf(as: Person): Promise<Readonly<Record<OwnedKind, string>>> {
  const { call } = world;
  const event = await publishEvent(world);
  const order = { as, body: { sku: "pizza", quantity: 1 } };
  const placed = await call("orders", "POST", "/v1/orders", order);
  const seats = { as, body: { seats: 1 } };
  const booked = await eventually(async () => {
    const answer = await call("bookings", "POST", `/events/${event}/bookings`, seats);
    expect(answer.status).toBe(201);
    return answer;
  });
  const held = await call("bookings", "POST", `/events/${event}/holds`, seats);
  return { order: String(placed.body.id), booking: booked.body.id, hold: held.body.id, event };
}

async function organiser(name: string): Promise<Person> {
  const { call, operator, join } = world;
  const { id } = await join(name);
  const roles = { as: operator, body: { roles: ["customer", "organiser"] } };
  await call("users", "POST", `/ops/v1/users/${id}/roles`, roles);
  const body = { email: `${name}@example.test`, password: "demo1234" };
  return { id, token: (await call("users", "POST", "/api/login", { body })).body.token };
}

const states = () => Promise.all(services.map((name) => stateOf(world.sql(name))));

/** Everything that was announced is sent, and whoever listens has heard it. */
async function allIsQuiet(): Promise<void> {
  await eventually(async () => {
    for (const name of services) {
      const [left] = await world.sql(name)`select count(*)::int as messages from outbox`;
      expect(left?.messages).toBe(0);
    }
    for (const [stream, durable] of [
      ["EVENTS", "bookings-service"],
      ["BOOKINGS", "events-service"],
    ] as const)
      expect(await world.broker.durableState(stream, durable)).toMatchObject({
        pending: 0,
        unacknowledged: 0,
      });
  });
}

function uuidOf(n: number): string {
  return `01900000-0000-7000-8000-00000000000${n}`;
}
