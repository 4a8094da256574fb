import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type TcpProxy, tcpProxy } from "@app/platform/testing/tcp-proxy.ts";
import { brokenPromises, settled } from "./promises.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

const ordersSettings = { ORDER_DEADLINE: "4s" };
const pizza = { userId: "ann", sku: "pizza", quantity: 1 };
const burger = { userId: "ann", sku: "burger", quantity: 3 };

describe("an order past its deadline", () => {
  test("is cancelled, and stock that is reserved for it late is released", async () => {
    await using world = await openQuickBite({ ordersSettings });
    const [{ process: inventory }] = world.inventory;
    await inventory.stop();

    const id = await world.accepted(burger);

    // A broker that a busy machine silences for a moment delays it.
    expect(await world.decided(id, { deadlineMs: 40_000 })).toMatchObject({
      status: "CANCELLED",
      reason: "timed out",
      missing: [],
    });
    await inventory.restart();
    await settled(world);
    expect(await world.stock("burger")).toEqual({ available: "5", reserved: "0", consumed: "0" });
    expect(await brokenPromises(world)).toEqual([]);
    const [reservation] = await world.sql.inventory`select state from reservations`;
    expect(reservation?.state).toBe("RELEASED");
  });
});

describe("a broker that is away for three times the deadline", () => {
  const DEADLINE_MS = 8_000;
  const away = [
    {
      how: "killed",
      leave: ({ nats }: World) => nats.server.kill(),
      comeBack: ({ nats }: World) => nats.server.restart(),
    },
    {
      how: "frozen",
      leave: async ({ nats }: World) => nats.server.pause(),
      comeBack: async ({ nats }: World) => nats.server.resume(),
    },
    {
      how: "behind a link that swallows everything",
      leave: ({ link }: World) => link.set("black-hole"),
      comeBack: ({ link }: World) => link.set("none"),
    },
  ];

  // At once, because most of it is waiting for time to pass.
  test.concurrent.each(away)("$how, cancels no order", async ({ leave, comeBack }) => {
    await using world = await worldWithLink(DEADLINE_MS);
    const [{ process: inventory }] = world.inventory;
    await world.decided(await world.accepted(pizza));

    // Sent before the outage and not handled yet, so that its deadline runs already.
    await inventory.pause();
    const before = await world.accepted(pizza);
    await eventually(async () => {
      const sent = await world.sql.orders`
        select from outbox_sent where key = ${`order/${before}`}`;
      expect(sent).toHaveLength(1);
    });
    await leave(world);
    await inventory.resume();
    const meanwhile = [await world.accepted(pizza), await world.accepted(pizza)];
    const ids = [before, ...meanwhile];
    await eventually(() => olderThan(world, ids, 3 * DEADLINE_MS), {
      deadlineMs: 6 * DEADLINE_MS,
      everyMs: 100,
    });
    for (const id of meanwhile)
      expect((await world.call("GET", `/v1/orders/${id}`)).body.status).toBe("PENDING");
    await comeBack(world);

    for (const id of ids)
      expect(await world.decided(id, { deadlineMs: 60_000 })).toMatchObject({
        status: "CONFIRMED",
      });
    await settled(world);
    expect(await brokenPromises(world)).toEqual([]);
  });
});

interface World extends QuickBite {
  readonly link: TcpProxy;
}

/** A QuickBite whose services reach their broker by way of a link that can be spoilt. */
async function worldWithLink(deadlineMs: number): Promise<World> {
  await using opened = new AsyncDisposableStack();
  let link: TcpProxy | undefined;
  const world = await openQuickBite({
    ordersSettings: { ORDER_DEADLINE: `${deadlineMs}ms` },
    natsThrough: async (target) => {
      link = opened.use(await tcpProxy({ target }));
      return link.through(target);
    },
  });
  opened.use(world);
  if (!link) throw new Error("a world without a link to its broker");
  const owned = opened.move();
  return { ...world, link, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function olderThan(world: World, ids: readonly number[], ageMs: number): Promise<boolean> {
  const old = await world.sql.orders`
    select from orders where id = any(${[...ids]}::bigint[])
      and now() - created_at > ${ageMs} * interval '1 millisecond'`;
  return old.length === ids.length;
}
