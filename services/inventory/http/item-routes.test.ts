import { describe, expect, test } from "bun:test";
import { orderReservation } from "../domain/reservation.ts";
import { releaseReservation } from "../domain/settle-reservation.ts";
import { served } from "../testing/served.ts";
import { inventoryWorld } from "../testing/world.ts";

const salad = { sku: "salad", name: "Salad", priceCents: 700, available: 3 };

describe("the menu", () => {
  test("adds an item, trimmed, and tells where it is", async () => {
    await using world = await inventoryWorld({});
    using service = served(world.db);

    const added = await service.call("POST", "/v1/items", {
      ...salad,
      sku: " salad ",
      description: "green",
      photoUrl: "https://example.com/salad.png",
    });

    expect(added).toMatchObject({ status: 201 });
    expect(added.headers.get("location")).toBe("/v1/items/salad");
    expect(added.body).toEqual({
      ...salad,
      description: "green",
      photoUrl: "https://example.com/salad.png",
    });
    expect((await service.call("GET", "/v1/items/salad")).body).toEqual(added.body);
  });

  test("replaces an item, and what is not said is gone", async () => {
    await using world = await inventoryWorld({});
    using service = served(world.db);
    await service.call("POST", "/v1/items", { ...salad, description: "green", photoUrl: "/s.png" });

    const replaced = await service.call("PUT", "/v1/items/salad", { name: "Big", priceCents: 1 });

    expect(replaced).toMatchObject({ status: 200 });
    expect(replaced.body).toEqual({ sku: "salad", name: "Big", priceCents: 1, available: 3 });
  });

  test("changes what is said, and null removes what may be absent", async () => {
    await using world = await inventoryWorld({});
    using service = served(world.db);
    await service.call("POST", "/v1/items", { ...salad, description: "green", photoUrl: "/s.png" });

    await service.call("PATCH", "/v1/items/salad", { priceCents: 0 });
    const changed = await service.call("PATCH", "/v1/items/salad", { description: null });

    expect(changed.body).toEqual({ ...salad, priceCents: 0, photoUrl: "/s.png" });
    expect((await service.call("PATCH", "/v1/items/salad", {})).body).toEqual(changed.body);
  });

  test("restocks", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);

    const { status, body } = await service.call("POST", "/v1/items/burger/restock", {
      quantity: 1_000_000,
    });

    expect({ status, body }).toMatchObject({ status: 200, body: { available: 1_000_005 } });
    expect(await world.stock("burger")).toMatchObject({ initial: 5, restocked: 1_000_000 });
  });

  test("deletes for good what nobody has reserved", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);
    const burger = { ...salad, sku: "burger" };
    await world.order(1n, { burger: 1 });

    const reserved = await service.call("DELETE", "/v1/items/burger");
    await world.change(orderReservation(1n), releaseReservation);

    expect(reserved).toMatchObject({ status: 409, body: { detail: "item is reserved" } });
    expect(await service.call("DELETE", "/v1/items/burger")).toMatchObject({ status: 204 });
    for (const [method, path, body] of [
      ["GET", "/v1/items/burger"],
      ["DELETE", "/v1/items/burger"],
      ["PATCH", "/v1/items/burger", {}],
      ["PUT", "/v1/items/burger", { name: "b", priceCents: 1 }],
      ["POST", "/v1/items/burger/restock", { quantity: 1 }],
    ] as const)
      expect(await service.call(method, path, body)).toMatchObject({
        status: 404,
        body: { detail: "not found" },
      });
    expect(await service.call("POST", "/v1/items", burger)).toMatchObject({
      status: 409,
      body: { detail: "item exists already", code: "item_exists" },
    });
  });

  test("is read page by page", async () => {
    await using world = await inventoryWorld({ c: 1, a: 1, "ä/b": 1, b: 1, d: 1 });
    using service = served(world.db);

    const skus: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null && skus.length < 10) {
      const { body }: Awaited<ReturnType<typeof service.call>> = await service.call(
        "GET",
        `/v1/items?limit=2&cursor=${cursor}`,
      );
      skus.push(...body.items.map(({ sku }: { sku: string }) => sku));
      cursor = body.nextCursor;
    }

    expect(skus.toSorted()).toEqual(["a", "b", "c", "d", "ä/b"]);
    expect((await service.call("GET", "/v1/items")).body.nextCursor).toBeNull();
    expect((await service.call("GET", "/v1/items/%C3%A4%2Fb")).body.sku).toBe("ä/b");
  });

  test("says what is wrong with a question about it", async () => {
    await using world = await inventoryWorld({});
    using service = served(world.db);

    for (const [path, detail] of [
      ["?limit=0", "limit must be 1 to 100"],
      ["?limit=101", "limit must be 1 to 100"],
      ["?limit=1.5", "limit must be 1 to 100"],
      ["?limit=-1", "limit must be 1 to 100"],
      ["?cursor=!", "invalid cursor"],
      ["?cursor=YQ==", "invalid cursor"],
      ["?cursor=AA", "invalid cursor"],
      ["/%00", "invalid sku"],
    ] as const)
      expect({ path, ...(await service.call("GET", `/v1/items${path}`)) }).toMatchObject({
        status: 400,
        body: { detail },
      });
  });
});

describe("a body that is wrong", () => {
  const bad: readonly [string, string, unknown, string][] = [
    ["POST", "", undefined, "invalid json"],
    ["POST", "", "{", "invalid json"],
    ["POST", "", "[]", "invalid json"],
    ["POST", "", "null", "invalid json"],
    ["POST", "", '{"sku":"\\ud800"}', "invalid json"],
    ["POST", "", {}, "sku is required"],
    ["POST", "", { ...salad, sku: null }, "sku is required"],
    ["POST", "", { ...salad, sku: " " }, "sku is required"],
    ["POST", "", { ...salad, sku: 5 }, "sku must be a string"],
    ["POST", "", { ...salad, sku: "x".repeat(65) }, "sku is too long"],
    ["POST", "", { ...salad, sku: "a\0" }, "sku must not contain NUL"],
    ["POST", "", { ...salad, sku: ".." }, "sku must not be . or .."],
    ["POST", "", { ...salad, name: undefined }, "name is required"],
    ["POST", "", { ...salad, name: "x".repeat(201) }, "name is too long"],
    ["POST", "", { ...salad, description: "" }, "description must not be blank"],
    ["POST", "", { ...salad, description: 5 }, "description must be a string"],
    ["POST", "", { ...salad, description: "x".repeat(2_001) }, "description is too long"],
    ["POST", "", { ...salad, priceCents: undefined }, "priceCents is required"],
    ["POST", "", { ...salad, priceCents: "700" }, "priceCents must be an integer"],
    ["POST", "", { ...salad, priceCents: 7.5 }, "priceCents must be an integer"],
    ["POST", "", { ...salad, priceCents: -1 }, "priceCents must be >= 0"],
    ["POST", "", { ...salad, priceCents: 100_000_001 }, "priceCents is too large"],
    ["POST", "", { ...salad, photoUrl: 5 }, "photoUrl must be a string"],
    ["POST", "", { ...salad, available: undefined }, "available is required"],
    ["POST", "", { ...salad, available: -1 }, "available must be >= 0"],
    ["POST", "", { ...salad, available: 1_000_001 }, "available is too large"],
    ["POST", "", { ...salad, stock: 1 }, "unknown field stock"],
    ["POST", "", { ...salad, constructor: 1 }, "unknown field constructor"],
    ["PUT", "/burger", { priceCents: 1 }, "name is required"],
    ["PUT", "/burger", { ...salad }, "available cannot be set, use restock"],
    ["PUT", "/burger", { name: "b", priceCents: 1, sku: "b" }, "unknown field sku"],
    ["PATCH", "/burger", { available: 3 }, "available cannot be set, use restock"],
    ["PATCH", "/burger", { available: null }, "available cannot be set, use restock"],
    ["PATCH", "/burger", { name: null }, "name is required"],
    ["PATCH", "/burger", { reserved: 1 }, "unknown field reserved"],
    ["PATCH", "/burger", undefined, "invalid json"],
    ["POST", "/burger/restock", {}, "quantity must be > 0"],
    ["POST", "/burger/restock", { quantity: 0 }, "quantity must be > 0"],
    ["POST", "/burger/restock", { quantity: -5 }, "quantity must be > 0"],
    ["POST", "/burger/restock", { quantity: -1.5 }, "quantity must be > 0"],
    ["POST", "/burger/restock", { quantity: -1e300 }, "quantity must be > 0"],
    ["POST", "/burger/restock", { quantity: "1" }, "quantity must be an integer"],
    ["POST", "/burger/restock", { quantity: 1.5 }, "quantity must be an integer"],
    ["POST", "/burger/restock", { quantity: 1e300 }, "quantity is too large"],
    ["POST", "/burger/restock", { quantity: 1, sku: "x" }, "unknown field sku"],
  ];
  const photos = [
    "",
    "  ",
    "javascript:alert(1)",
    "//evil.example",
    "/\\evil",
    "photo.png",
    "ftp://a/b",
    "/a b",
    "http://",
  ];
  const noPhoto = "photoUrl must be an http(s) url or an absolute path";

  test("gets its one text and writes nothing", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db);
    const before = await world.run("select * from items");
    const photoCases = photos.map(
      (photoUrl) => ["POST", "", { ...salad, photoUrl }, noPhoto] as const,
    );

    for (const [method, path, body, detail] of [...bad, ...photoCases]) {
      const answer = await service.call(method, `/v1/items${path}`, body);
      expect({ sent: body, ...answer }).toMatchObject({ status: 400, body: { detail } });
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    }
    expect(await world.run("select * from items")).toEqual(before as never);
  });

  test("is not one with a picture of the web or of this site", async () => {
    await using world = await inventoryWorld({});
    using service = served(world.db);

    for (const photoUrl of ["https://a.example/p.png?x=1", "HTTP://a.example/p", "/photos/p.png"])
      expect(
        await service.call("POST", "/v1/items", { ...salad, sku: photoUrl, photoUrl }),
      ).toMatchObject({ status: 201, body: { photoUrl } });
  });
});

describe("who may write the menu", () => {
  test("is an operator where tokens are asked for", async () => {
    await using world = await inventoryWorld({ burger: 5 });
    using service = served(world.db, "nowhere");
    const as = (...roles: ("customer" | "operator")[]) => ({ subject: "u", roles });

    for (const [method, path, body] of [
      ["POST", "", salad],
      ["PUT", "/burger", { name: "b", priceCents: 1 }],
      ["PATCH", "/burger", {}],
      ["DELETE", "/burger"],
      ["POST", "/burger/restock", { quantity: 1 }],
    ] as const) {
      const call = (caller?: ReturnType<typeof as>) =>
        service.call(method, `/v1/items${path}`, body, caller);
      expect(await call()).toMatchObject({ status: 401 });
      expect(await call(as("customer"))).toMatchObject({ status: 403 });
    }
    expect(await service.call("GET", "/v1/items/burger")).toMatchObject({ status: 200 });
    expect(await service.call("POST", "/v1/items", salad, as("operator"))).toMatchObject({
      status: 201,
    });
  });

  test("learns nothing about a body before", async () => {
    await using world = await inventoryWorld({});
    using service = served(world.db, "nowhere");

    expect(await service.call("POST", "/v1/items", { sku: 5 })).toMatchObject({ status: 401 });
  });
});
