import { describe, expect, test } from "bun:test";
import type { Caller } from "@app/platform/auth.ts";
import { SagasView } from "@app/platform/messaging/ops-saga-views.ts";
import { holdSeats } from "../store/hold-seats.ts";
import { served } from "../testing/served.ts";

const operator: Caller = { subject: "op", roles: ["operator"] };

describe("the sagas of bookings", () => {
  test("are the open holds, those that end next first, page by page", async () => {
    await using world = await served();
    const eventId = await world.announce({ capacity: 10 });
    const { made: first } = await holdSeats(world.api, eventId, { seats: 2, userId: "ada" });
    const { made: second } = await holdSeats(world.api, eventId, { seats: 1, userId: "bob" });
    await world.query(`update holds set expires_at = now() + interval '1 hour',
      created_at = now() - interval '2 minutes' where id = '${first.id}'`);
    const read = async (query: string) =>
      SagasView.parse(
        (await world.call("GET", `/ops/v1/sagas${query}`, { caller: operator })).body,
      );

    const page = await read("?limit=1");
    const rest = await read(`?limit=1&cursor=${page.nextCursor}`);

    expect([...page.sagas, ...rest.sagas]).toMatchObject([
      { id: second.id, state: "OPEN", userId: "bob", waitsFor: "customer" },
      { id: first.id, userId: "ada" },
    ]);
    expect(page.sagas[0]?.summary).toStartWith("1 seat of ");
    expect(page.sagas[0]?.deadlineAt).toBe(second.expiresAt.toISOString());
    expect(rest.nextCursor).toBeNull();
    expect(page.open).toMatchObject({ count: 2, atLeast: false, byAge: [1, 1, 0, 0] });
  });

  test("are for operators, and refuse what they do not understand", async () => {
    await using world = await served();
    const ask = (query: string, caller: Caller) =>
      world.call("GET", `/ops/v1/sagas${query}`, { caller });

    expect((await ask("", { subject: "ada", roles: ["customer"] })).status).toBe(403);
    expect((await ask("?cursor=bm8", operator)).body).toMatchObject({ detail: "invalid cursor" });
    expect((await ask("", operator)).body).toMatchObject({ sagas: [], nextCursor: null });
  });
});
