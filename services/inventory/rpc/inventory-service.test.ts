import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Code } from "@connectrpc/connect";
import { served } from "../testing/served.ts";
import { inventoryWorld, type World } from "../testing/world.ts";

const failing = (code: Code, rawMessage: string) => expect.objectContaining({ code, rawMessage });
const notFound = failing(Code.NotFound, "not found");

// One world for everything that is refused, because none of it changes it.
let untouched: World;
beforeAll(async () => {
  untouched = await inventoryWorld({ burger: 5 });
});
afterAll(() => untouched[Symbol.asyncDispose]());

describe("ReserveStock", () => {
  test("sets pieces aside and names the reservation by its order", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);

    const answer = await service.rpc.reserveStock({ sku: " burger ", quantity: 2, orderId: 7n });

    expect(answer).toMatchObject({ reserved: true, reservationId: "rpc/7" });
    expect(await service.rpc.getStock({ sku: "burger" })).toMatchObject({
      sku: "burger",
      available: 3n,
      reserved: 2n,
      consumed: 0n,
    });
  });

  test("answers 50 equal calls at once alike", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);

    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        service.rpc.reserveStock({ sku: "burger", quantity: 5, orderId: 7n }),
      ),
    );

    for (const answer of answers)
      expect(answer).toMatchObject({ reserved: true, reservationId: "rpc/7" });
    expect(await world.stock("burger")).toMatchObject({ reserved: 5 });
  });

  test("reserves anew each time for nobody in particular", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);

    const ids = await Promise.all(
      [1, 2].map(
        async () => (await service.rpc.reserveStock({ sku: "burger", quantity: 1 })).reservationId,
      ),
    );

    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^rpc\/[0-9a-f-]{36}$/);
  });

  test.each([
    ["sku is required", Code.InvalidArgument, { sku: "", quantity: 1 }],
    ["sku is required", Code.InvalidArgument, { sku: "  ", quantity: 1 }],
    ["sku is required", Code.InvalidArgument, { sku: "", quantity: 0 }],
    ["sku is too long", Code.InvalidArgument, { sku: "x".repeat(65), quantity: 1 }],
    ["sku must not contain NUL", Code.InvalidArgument, { sku: "a\0", quantity: 1 }],
    ["quantity must be > 0", Code.InvalidArgument, { sku: "burger" }],
    ["quantity must be > 0", Code.InvalidArgument, { sku: "burger", quantity: -1 }],
    ["quantity is too large", Code.InvalidArgument, { sku: "burger", quantity: 1_000_001 }],
    ["invalid id", Code.InvalidArgument, { sku: "burger", quantity: 1, orderId: -1n }],
    ["insufficient stock", Code.FailedPrecondition, { sku: "burger", quantity: 6 }],
    ["insufficient stock", Code.FailedPrecondition, { sku: "nothing", quantity: 1 }],
    // Measured as it is looked up, without the blanks around it.
    [
      "insufficient stock",
      Code.FailedPrecondition,
      { sku: ` \t${"x".repeat(64)}${" ".repeat(900)}`, quantity: 1 },
    ],
    ["sku is too long", Code.InvalidArgument, { sku: ` ${"x".repeat(65)} `, quantity: 1 }],
    [
      "sku is too long",
      Code.InvalidArgument,
      { sku: `${" ".repeat(60_000)}${"x ".repeat(900)}`, quantity: 1 },
    ],
  ])("refuses with %s and code %p, and stores nothing", async (text, code, request) => {
    using service = served(untouched.db);

    await expect(service.rpc.reserveStock(request)).rejects.toEqual(failing(code, text));
    expect(await untouched.run("select id from reservations")).toHaveLength(0);
    expect(await untouched.stock("burger")).toMatchObject({ available: 5 });
  });

  test("refuses another line under the same order", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);
    await service.rpc.reserveStock({ sku: "burger", quantity: 1, orderId: 7n });

    const other = service.rpc.reserveStock({ sku: "burger", quantity: 2, orderId: 7n });

    await expect(other).rejects.toEqual(
      failing(Code.AlreadyExists, "order_id has a reservation of another sku or quantity"),
    );
  });
});

describe("ReleaseStock", () => {
  test("returns the pieces, and releasing twice changes nothing", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);
    const { reservationId } = await service.rpc.reserveStock({ sku: "burger", quantity: 2 });

    await service.rpc.releaseStock({ reservationId });
    await service.rpc.releaseStock({ reservationId });

    expect(await world.stock("burger")).toMatchObject({ available: 5, reserved: 0 });
  });

  test("leaves a released order_id released", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);
    const request = { sku: "burger", quantity: 2, orderId: 7n };
    const { reservationId } = await service.rpc.reserveStock(request);
    await service.rpc.releaseStock({ reservationId });

    await expect(service.rpc.reserveStock(request)).rejects.toEqual(
      failing(Code.FailedPrecondition, "reservation was released"),
    );
  });

  test.each(["order/1", "rpc/1", "x"])("knows no %s", async (reservationId) => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);
    await world.order(1n, { burger: 1 });

    await expect(service.rpc.releaseStock({ reservationId })).rejects.toEqual(notFound);
    expect(await world.stock("burger")).toMatchObject({ reserved: 1 });
  });
});

describe("GetStock", () => {
  test("does not know what is not on the menu", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);
    await service.call("DELETE", "/v1/items/burger");

    await expect(service.rpc.getStock({ sku: "nothing" })).rejects.toEqual(notFound);
    await expect(service.rpc.getStock({ sku: "burger" })).rejects.toEqual(notFound);
  });
});

describe("ListItems", () => {
  test("shows the menu as REST does, and nothing that was taken off it", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 10 });
    using service = served(world.db);
    const salad = { sku: "salad", name: "Salad", priceCents: 700, available: 3 };
    const said = { description: "green", photoUrl: "/s.png" };
    await service.call("POST", "/v1/items", { ...salad, ...said });
    await service.call("DELETE", "/v1/items/pizza");
    await service.rpc.reserveStock({ sku: "salad", quantity: 2 });

    const { items, nextCursor } = await service.rpc.listItems({});

    expect(items.map(({ sku }) => sku)).toEqual(["burger", "salad"]);
    expect(items[0]).toMatchObject({ description: "", photoUrl: "", available: 5n });
    expect(items[1]).toMatchObject({ ...salad, ...said, priceCents: 700n, available: 1n });
    expect(nextCursor).toBe("");
  });

  test("pages by sku, with the cursors of REST", async () => {
    await using world = await inventoryWorld({ c: 1, a: 1, b: 1 });
    using service = served(world.db);

    const first = await service.rpc.listItems({ limit: 2 });
    const second = await service.rpc.listItems({ limit: 2, cursor: first.nextCursor });

    expect(first.items.map(({ sku }) => sku)).toEqual(["a", "b"]);
    expect(second.items.map(({ sku }) => sku)).toEqual(["c"]);
    expect(second.nextCursor).toBe("");
    const { body } = await service.call("GET", "/v1/items?limit=2");
    expect(body.nextCursor).toBe(first.nextCursor);
  });

  test.each([
    ["limit must be 1 to 100", { limit: -1 }],
    ["limit must be 1 to 100", { limit: 101 }],
    ["invalid cursor", { cursor: "!" }],
    ["invalid cursor", { cursor: "x".repeat(257) }],
  ])("refuses with %s", async (text, request) => {
    using service = served(untouched.db);

    const answer = service.rpc.listItems(request);

    await expect(answer).rejects.toEqual(failing(Code.InvalidArgument, text));
  });
});

describe("WatchStock", () => {
  test("sends each sku as it is, then its changes, from messages and requests alike", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 10 });
    using service = served(world.db);
    const levels = service.rpc
      .watchStock({ skus: ["burger", " pizza", "burger"] })
      [Symbol.asyncIterator]();
    const next = async () => {
      const { value } = await levels.next();
      return [value?.sku, value?.available, value?.reserved];
    };

    expect([await next(), await next()].toSorted()).toEqual([
      ["burger", 5n, 0n],
      ["pizza", 10n, 0n],
    ]);
    await service.rpc.reserveStock({ sku: "burger", quantity: 2 });
    expect(await next()).toEqual(["burger", 3n, 2n]);
    await service.call("POST", "/v1/items/pizza/restock", { quantity: 1 });
    expect(await next()).toEqual(["pizza", 11n, 0n]);
    // Done by another replica whose hint was lost.
    await world.order(1n, { pizza: 3 });
    expect(await next()).toEqual(["pizza", 8n, 3n]);
    await levels.return?.();
  });

  test("ends with the item, and with the service", async () => {
    await using world = await inventoryWorld({ burger: 5, pizza: 5 });
    using service = served(world.db);
    const watch = (sku: string) => service.rpc.watchStock({ skus: [sku] })[Symbol.asyncIterator]();
    const burger = watch("burger");
    const pizza = watch("pizza");
    await Promise.all([burger.next(), pizza.next()]);

    await service.call("DELETE", "/v1/items/burger");
    await expect(burger.next()).rejects.toEqual(notFound);
    service.shutDown();

    await expect(pizza.next()).rejects.toMatchObject({ code: Code.Unavailable });
  });

  test.each([
    ["skus must have 1 to 100 entries", Code.InvalidArgument, []],
    ["skus must have 1 to 100 entries", Code.InvalidArgument, Array.from({ length: 101 }, String)],
    ["sku is required", Code.InvalidArgument, [""]],
    ["not found", Code.NotFound, ["burger", "nothing"]],
  ])("refuses with %s and code %p", async (text, code, skus) => {
    using service = served(untouched.db);

    const first = service.rpc.watchStock({ skus })[Symbol.asyncIterator]().next();

    await expect(first).rejects.toEqual(failing(code, text));
  });
});
