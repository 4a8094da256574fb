import { describe, expect, test } from "bun:test";
import type { Caller } from "@app/platform/auth.ts";
import { accessFaults } from "@app/platform/auth-rules.ts";
import { served } from "../testing/served.ts";

const ada: Caller = { subject: "ada", roles: ["customer"] };
const bob: Caller = { subject: "bob", roles: ["customer"] };
const olga: Caller = { subject: "olga", roles: ["operator"] };
const vera: Caller = { subject: "vera", roles: ["customer", "viewer"] };
const unknown = "0192f3a0-0000-7000-8000-00000000ffff";

describe("POST /events/{id}/bookings", () => {
  test("books, and shows the booking where it says it is and in its user's list", async () => {
    await using service = await served();
    const eventId = await service.announce({ name: "Opera" });

    const booked = await service.call("POST", `/events/${eventId}/bookings`, {
      body: { seats: 3, userId: " ada " },
    });

    expect(booked.status).toBe(201);
    expect(booked.body).toEqual({
      id: booked.body.id,
      eventId,
      eventName: "Opera",
      userId: "ada",
      seats: 3,
      status: "CONFIRMED",
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(booked.headers.get("location")).toBe(`/bookings/${booked.body.id}`);
    const { body: found } = await service.call("GET", `/bookings/${booked.body.id}`);
    expect(found).toEqual(booked.body);
    const { body: list } = await service.call("GET", "/bookings?userId=ada");
    expect(list).toEqual({ bookings: [booked.body], nextCursor: null });
    const { body: left } = await service.call("GET", `/events/${eventId}/availability`);
    expect(left).toEqual({ capacity: 10, booked: 3, held: 0, left: 7 });
  });

  test.each([
    { body: "{", detail: "invalid json" },
    { body: [], detail: "invalid json" },
    { body: {}, detail: "seats is required" },
    { body: { seats: null }, detail: "seats is required" },
    { body: { seats: "2" }, detail: "seats must be an integer" },
    { body: { seats: 1.5 }, detail: "seats must be an integer" },
    { body: { seats: 0.5 }, detail: "seats must be an integer" },
    { body: { seats: 0 }, detail: "seats must be > 0" },
    { body: { seats: -1 }, detail: "seats must be > 0" },
    { body: { seats: 11 }, detail: "seats must be at most 10" },
    { body: { seats: 1e9 }, detail: "seats must be at most 1000" },
    { body: { seats: 1, userId: 7 }, detail: "userId must be a string" },
    { body: { seats: 1, userId: "x".repeat(129) }, detail: "userId is too long" },
    { body: { seats: 1, userId: "a\0b" }, detail: "userId must not contain NUL" },
    { body: { seats: 1, price: 0 }, detail: "unknown field price" },
  ])("refuses $body: $detail", async ({ body, detail }) => {
    await using service = await served();
    const eventId = await service.announce({ capacity: 100 });

    const answer = await service.call("POST", `/events/${eventId}/bookings`, { body });

    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body.detail).toBe(detail);
    expect(await service.seats(eventId)).toMatchObject({ booked: 0, held: 0 });
  });

  test("takes the user from the token, whatever the body says", async () => {
    await using service = await served();
    const eventId = await service.announce();

    const { body } = await service.call("POST", `/events/${eventId}/bookings`, {
      body: { seats: 1, userId: "bob" },
      caller: ada,
    });

    expect(body.userId).toBe("ada");
  });

  test("books for a guest who says nothing of themselves", async () => {
    await using service = await served();
    const eventId = await service.announce();

    const { body } = await service.call("POST", `/events/${eventId}/bookings`, {
      body: { seats: 1 },
    });

    expect(body.userId).toBe("guest");
  });

  test("answers a repeated request under its key with the same booking, and says so", async () => {
    await using service = await served();
    const eventId = await service.announce();
    const post = (seats: number) =>
      service.call("POST", `/events/${eventId}/bookings`, {
        body: { seats },
        headers: { "idempotency-key": '"once"' },
      });

    const [first, again, other] = [await post(1), await post(1), await post(2)];

    expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
    expect(again.body).toEqual(first.body);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(again.headers.get("idempotency-replayed")).toBe("true");
  });

  test("says conflicts in the contract's words", async () => {
    await using service = await served();
    const eventId = await service.announce({ capacity: 1, oneBookingEach: true });
    const post = (userId: string) =>
      service.call("POST", `/events/${eventId}/bookings`, { body: { seats: 1, userId } });

    expect((await post("ada")).status).toBe(201);
    const [twice, full] = [await post("ada"), await post("bob")];

    expect([twice.status, twice.body.detail]).toEqual([409, "already booked"]);
    expect([full.status, full.body.detail]).toEqual([409, "not enough seats"]);
  });
});

describe("an event that is not known", () => {
  test("is unknown once everything was heard, and not before", async () => {
    await using service = await served();
    const ask = () => service.call("GET", `/events/${unknown}/availability`);
    const book = () => service.call("POST", `/events/${unknown}/bookings`, { body: { seats: 1 } });

    service.durable = {
      ackFloor: 6,
      delivered: 7,
      pending: 0,
      unacknowledged: 1,
      redelivered: 0,
      pulls: 1,
      createdAtSequence: 1,
    };
    const behind = [await ask(), await book()];
    await using away = await served();
    away.durable = undefined;
    const silent = await away.call("GET", `/events/${unknown}/availability`);
    await using heard = await served();
    const all = [
      await heard.call("GET", `/events/${unknown}/availability`),
      await heard.call("POST", `/events/${unknown}/holds`, { body: { seats: 1 } }),
    ];

    for (const { status, headers } of [...behind, silent]) {
      expect(status).toBe(503);
      expect(headers.get("retry-after")).toBe("1");
    }
    for (const { status, body } of all) {
      expect(status).toBe(404);
      expect(body.detail).toBe("unknown event");
    }
  });

  test.each(["x", "17", "0192f3a0-0000-7000-8000-00000000fff", "%00"])(
    "has no id like %s",
    async (id) => {
      await using service = await served();

      const answer = await service.call("GET", `/events/${id}/availability`);

      expect(answer.status).toBe(400);
    },
  );
});

describe("holds", () => {
  test("are made, confirmed and let go of", async () => {
    await using service = await served();
    const eventId = await service.announce();
    const hold = () =>
      service.call("POST", `/events/${eventId}/holds`, { body: { seats: 2, userId: "ada" } });
    const [first, second] = [await hold(), await hold()];

    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ eventId, userId: "ada", seats: 2, state: "OPEN" });
    expect(Date.parse(first.body.expiresAt) - Date.parse(first.body.createdAt)).toBe(600_000);
    const confirmed = await service.call("POST", `/holds/${first.body.id}/confirm`);
    const gone = await service.call("DELETE", `/holds/${second.body.id}`);

    expect(confirmed.status).toBe(201);
    expect(confirmed.body).toMatchObject({ status: "CONFIRMED", seats: 2 });
    expect([gone.status, gone.text]).toEqual([204, ""]);
    const late = await service.call("POST", `/holds/${second.body.id}/confirm`);
    expect(late.status).toBe(409);
    expect((await service.call("DELETE", `/holds/${unknown}`)).status).toBe(404);
  });

  test("are shown as they are, with the time by the clock that ends them", async () => {
    await using service = await served();
    const eventId = await service.announce();
    const { body: made } = await service.call("POST", `/events/${eventId}/holds`, {
      body: { seats: 2, userId: "ada" },
    });
    const look = () => service.call("GET", `/holds/${made.id}`);

    const open = await look();
    await service.endHolds();
    const ended = await look();
    const { body: other } = await service.call("POST", `/events/${eventId}/holds`, {
      body: { seats: 1, userId: "ada" },
    });
    const { body: booking } = await service.call("POST", `/holds/${other.id}/confirm`);
    const confirmed = await service.call("GET", `/holds/${other.id}`);

    expect([open.status, open.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(open.body).toEqual({ ...made, now: open.body.now });
    const left = Date.parse(open.body.expiresAt) - Date.parse(open.body.now);
    expect(left).toBeWithin(1, 600_001);
    expect(Date.parse(ended.body.now)).toBeGreaterThanOrEqual(Date.parse(ended.body.expiresAt));
    expect(confirmed.body).toMatchObject({ state: "CONFIRMED", bookingId: booking.id });
    expect((await service.call("GET", `/holds/${unknown}`)).status).toBe(404);
    expect((await service.call("GET", "/holds/nonsense")).status).toBe(400);
  });

  test("beyond those that one customer may have are answered with 429, and when to try again", async () => {
    await using service = await served();
    const events = await Promise.all(Array.from({ length: 11 }, () => service.announce()));
    const hold = (eventId: string | undefined) =>
      service.call("POST", `/events/${eventId}/holds`, { body: { seats: 1, userId: "ada" } });
    for (const eventId of events.slice(1)) expect((await hold(eventId)).status).toBe(201);

    const { status, body, headers } = await hold(events[0]);

    expect(status).toBe(429);
    expect(body).toMatchObject({ code: "too_many_holds", holdsMax: 10 });
    expect(body.detail).toBe("open holds are limited to 10: confirm or release one first");
    expect(Number(headers.get("retry-after"))).toBeWithin(1, 601);
  });

  test("whose time is over answer confirm with `hold expired`", async () => {
    await using service = await served();
    const eventId = await service.announce();
    const { body } = await service.call("POST", `/events/${eventId}/holds`, { body: { seats: 1 } });
    await service.endHolds();

    const late = await service.call("POST", `/holds/${body.id}/confirm`);

    expect([late.status, late.body.detail]).toEqual([409, "hold expired"]);
  });
});

describe("bookings", () => {
  test("are their owner's: to others they are not there, and change nothing; a viewer sees them", async () => {
    await using service = await served();
    const eventId = await service.announce();
    const seats = { body: { seats: 1 }, caller: ada };
    const { body: booking } = await service.call("POST", `/events/${eventId}/bookings`, seats);
    const { body: hold } = await service.call("POST", `/events/${eventId}/holds`, seats);
    const calls = [
      ["GET", `/bookings/${booking.id}`],
      ["GET", `/bookings/${booking.id}/ticket`],
      ["POST", `/bookings/${booking.id}/cancel`],
      ["GET", `/holds/${hold.id}`],
      ["POST", `/holds/${hold.id}/confirm`],
      ["DELETE", `/holds/${hold.id}`],
    ] as const;

    for (const [method, path] of calls)
      expect((await service.call(method, path, { caller: bob })).status).toBe(404);
    for (const [method, path] of calls) {
      const isShown = method === "GET" && !path.endsWith("/ticket");
      const { status } = await service.call(method, path, { caller: vera });
      expect({ method, path, status }).toEqual({ method, path, status: isShown ? 200 : 404 });
    }

    const list = async (caller: Caller, query = "") =>
      (await service.call("GET", `/bookings${query}`, { caller })).body.bookings.length;
    expect([await list(bob), await list(bob, "?userId=ada"), await list(ada)]).toEqual([0, 0, 1]);
    expect(await list(olga, "?userId=ada")).toBe(1);
    expect(await list(vera, "?userId=ada")).toBe(1);
    expect(await service.seats(eventId)).toMatchObject({ booked: 1, held: 1 });
  });

  test("are listed newest first, page by page, none twice and none left out", async () => {
    await using service = await served();
    const eventId = await service.announce({ capacity: 100 });
    const other = await service.announce();
    const made: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      const body = { seats: 1, userId: n % 2 ? "ada" : "bob" };
      made.unshift((await service.call("POST", `/events/${eventId}/bookings`, { body })).body.id);
    }
    await service.call("POST", `/events/${other}/bookings`, { body: { seats: 1 } });

    const seen: string[] = [];
    let cursor: string | null = "";
    for (let pages = 0; pages < 5 && cursor !== null; pages += 1) {
      const page = await service.call(
        "GET",
        `/bookings?eventId=${eventId}&limit=3&cursor=${cursor}`,
      );
      seen.push(...page.body.bookings.map(({ id }: { id: string }) => id));
      cursor = page.body.nextCursor;
    }

    expect(seen).toEqual(made);
    for (const query of ["limit=0", "limit=101", "cursor=x", "eventId=7"])
      expect((await service.call("GET", `/bookings?${query}`)).status).toBe(400);
  });

  test("are cancelled with a reason, and answered unchanged when asked again", async () => {
    await using service = await served();
    const eventId = await service.announce();
    const { body } = await service.call("POST", `/events/${eventId}/bookings`, {
      body: { seats: 2 },
    });
    const cancel = (reason?: string) =>
      service.call("POST", `/bookings/${body.id}/cancel`, reason ? { body: { reason } } : {});

    const [first, again] = [await cancel(), await cancel("another one")];

    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ status: "CANCELLED", reason: "cancelled by customer" });
    expect(again.body).toEqual(first.body);
    expect((await service.call("GET", `/bookings/${unknown}`)).status).toBe(404);
  });
});

test("each call has its rule, and each rule its call", async () => {
  await using service = await served();
  const calls = Object.keys(service.service.access).filter((name) => name.includes("Service/"));

  const faults = accessFaults(service.service.access, {
    routes: service.service.app.routes,
    calls,
  });

  expect(faults).toEqual({ ruleless: [], stale: [] });
});
