import { describe, expect, test } from "bun:test";
import { Refusal } from "@app/platform/errors.ts";
import { aBurger, anOrderOf, type OrdersWorld, ordersWorld } from "../testing/world.ts";

const refused = {
  kind: "refused",
  because: "backlog_too_long",
  retryAfterSeconds: 7,
} as const;

const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

const ordersIn = async (world: OrdersWorld) => (await world.query("select id from orders")).length;

describe("while new orders are refused", () => {
  test("none is stored, and the customer hears when to come back", async () => {
    await using world = await ordersWorld();
    world.admission = refused;

    const refusal = await refusalOf(world.place());
    const underKey = await refusalOf(world.place(aBurger, { idempotencyKey: "new" }));

    for (const error of [refusal, underKey]) {
      if (!(error instanceof Refusal)) throw new Error("it was no refusal");
      const { kind, reason, retryAfterSeconds } = error;
      expect({ kind, reason, retryAfterSeconds }).toEqual({
        kind: "unavailable",
        reason: "backlog_too_long",
        retryAfterSeconds: 7,
      });
    }
    expect(await ordersIn(world)).toBe(0);
    expect(await world.query("select key from idempotency_keys")).toEqual([]);
  });

  test("a request that was accepted before is answered with its order", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place(aBurger, { idempotencyKey: "k" });
    world.admission = refused;

    expect(await world.place(aBurger, { idempotencyKey: "k" })).toEqual({ id, replayed: true });
    expect(await refusalOf(world.place(anOrderOf("pizza"), { idempotencyKey: "k" }))).toMatchObject(
      { kind: "mismatch", reason: "idempotency_key_reused" },
    );
    expect(await ordersIn(world)).toBe(1);
  });

  test("the same request is taken on once there is room again", async () => {
    await using world = await ordersWorld();
    world.admission = { ...refused, because: "outbox_full" };
    await refusalOf(world.place(aBurger, { idempotencyKey: "k" }));
    world.admission = { kind: "admitted" };

    expect(await world.place(aBurger, { idempotencyKey: "k" })).toMatchObject({ replayed: false });
  });
});
