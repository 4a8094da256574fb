import { describe, expect, test } from "bun:test";
import type { Caller } from "@app/platform/auth.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { rejected, reserved } from "../testing/news.ts";
import { replicaOn, served } from "../testing/served.ts";

const burger = { userId: "u1", sku: "burger", quantity: 2 };
const alice = { subject: "alice", roles: ["customer"] } as const;
const bob = { subject: "bob", roles: ["customer"] } as const;
const operator = { subject: "olga", roles: ["operator"] } as const;
const viewer = { subject: "vera", roles: ["customer", "viewer"] } as const;
const waiting = (seconds: number) => ({ headers: { prefer: `wait=${seconds}` } });

describe("POST /v1/orders", () => {
  test("accepts an order and says where it is", async () => {
    await using orders = await served();

    const { status, headers, body } = await orders.call("POST", "/v1/orders", { body: burger });

    expect({ status, body }).toEqual({ status: 202, body: { id: 1 } });
    expect(headers.get("location")).toBe("/v1/orders/1");
    expect(headers.has("idempotency-replayed")).toBe(false);
  });

  test("answers 201 once the order is confirmed", async () => {
    await using orders = await served();
    const placed = orders.call("POST", "/v1/orders", { body: burger, ...waiting(5) });
    await eventually(async () => (await orders.query("select id from orders")).length === 1);

    await orders.consume(reserved(1n));

    const { status, headers, body } = await placed;
    expect({ status, body }).toEqual({ status: 201, body: { id: 1 } });
    expect(headers.get("location")).toBe("/v1/orders/1");
    expect(headers.get("preference-applied")).toBe("wait=5");
  });

  test("answers 409 with the reason, id and missing skus once it is cancelled", async () => {
    await using orders = await served();
    const placed = orders.call("POST", "/v1/orders", { body: burger, ...waiting(5) });
    await eventually(async () => (await orders.query("select id from orders")).length === 1);

    await orders.consume(rejected(1n));

    const { status, headers, body } = await placed;
    expect(status).toBe(409);
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(headers.get("location")).toBe("/v1/orders/1");
    expect(body).toMatchObject({ detail: "insufficient stock", id: 1, missing: ["burger"] });
  });

  test("answers 202 when the order is still undecided after the wait", async () => {
    await using orders = await served();

    for (const seconds of [0, 1]) {
      const { status } = await orders.call("POST", "/v1/orders", {
        body: burger,
        ...waiting(seconds),
      });
      expect(status).toBe(202);
    }
  });

  test("answers a wait at once when the service stops", async () => {
    await using orders = await served();
    const placed = orders.call("POST", "/v1/orders", { body: burger, ...waiting(30) });
    await eventually(async () => (await orders.query("select id from orders")).length === 1);

    orders.shutDown();

    expect((await placed).status).toBe(202);
  });

  test("answers a replay with the same order, by its own wait and the present state", async () => {
    await using orders = await served();
    const headers = { "idempotency-key": "k" };
    const quoted = { "idempotency-key": '"k"', prefer: "wait=1" };
    await orders.call("POST", "/v1/orders", { body: burger, headers });
    await orders.consume(rejected(1n));

    const plain = await orders.call("POST", "/v1/orders", { body: burger, headers });
    const waited = await orders.call("POST", "/v1/orders", { body: burger, headers: quoted });

    expect(plain).toMatchObject({ status: 202, body: { id: 1 } });
    expect(waited).toMatchObject({ status: 409, body: { detail: "insufficient stock", id: 1 } });
    for (const { headers } of [plain, waited]) {
      expect(headers.get("idempotency-replayed")).toBe("true");
      expect(headers.get("location")).toBe("/v1/orders/1");
    }
  });

  test("makes one order of one key sent to two replicas at once, and answers all alike", async () => {
    await using orders = await served();
    const other = replicaOn(orders.pool);
    const options = { body: burger, headers: { "idempotency-key": "k" } };

    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 ? orders : other).call("POST", "/v1/orders", options),
      ),
    );

    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    expect(await orders.query("select id from orders")).toHaveLength(1);
    other.shutDown();
  });

  test("refuses a key for other content with 422, and a key that is none with 400", async () => {
    await using orders = await served();
    const headers = { "idempotency-key": "k" };
    await orders.call("POST", "/v1/orders", { body: burger, headers });

    const other = await orders.call("POST", "/v1/orders", {
      body: { ...burger, quantity: 3 },
      headers,
    });
    const none = await orders.call("POST", "/v1/orders", {
      body: burger,
      headers: { "idempotency-key": "x".repeat(256) },
    });

    expect(other.status).toBe(422);
    expect(none).toMatchObject({ status: 400, body: { detail: "invalid idempotency key" } });
    expect(await orders.query("select id from orders")).toHaveLength(1);
  });

  test("lets a signed-in caller order for itself alone", async () => {
    await using orders = await served();

    await orders.call("POST", "/v1/orders", { body: burger, caller: alice });
    await orders.call("POST", "/v1/orders", {
      body: { sku: "burger", quantity: 1 },
      caller: alice,
    });

    expect(await orders.query("select distinct user_id from orders")).toEqual([
      { user_id: "alice" },
    ]);
  });

  test.each([
    ["", "invalid json"],
    ["{", "invalid json"],
    ["[]", "invalid json"],
    ['{"userId":"u1","sku":"\\ud800","quantity":1}', "invalid json"],
    ["{}", "userId is required"],
    ['{"userId":"u1","sku":"burger","quantity":"2"}', "quantity must be an integer"],
    ['{"userId":"u1","sku":"burger","quantity":1e400}', "quantity is too large"],
    ['{"userId":"u1","sku":"burger\\u0000","quantity":1}', "sku must not contain NUL"],
    ['{"userId":"u1","sku":"burger","quantity":1,"status":"CONFIRMED"}', "unknown field status"],
    ['{"userId":"u1","sku":"burger","quantity":1,"__proto__":{}}', "unknown field __proto__"],
    ['{"userId":"u1","items":[{"sku":"a","quantity":1,"id":2}]}', "unknown field items[0].id"],
  ])("refuses %j, writes nothing and uses no id", async (body, detail) => {
    const code = detail === "invalid json" ? "invalid_json" : "invalid_request";
    await using orders = await served();

    const answer = await orders.call("POST", "/v1/orders", {
      body,
      headers: { "idempotency-key": "k" },
    });

    expect(answer).toMatchObject({ status: 400, body: { detail, status: 400, code } });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(orders.statements).toEqual([]);
  });
});

describe("GET /v1/orders/{id}", () => {
  test("shows a pending order without what it has not got yet", async () => {
    await using orders = await served();
    const items = [
      { sku: "burger", quantity: 2 },
      { sku: "pizza", quantity: 1 },
    ];
    await orders.call("POST", "/v1/orders", { body: { userId: "u1", items, note: " hot " } });

    const { status, body } = await orders.call("GET", "/v1/orders/1");

    expect(status).toBe(200);
    expect(body.updatedAt).toBe(body.createdAt);
    expect(body).toEqual({
      id: 1,
      userId: "u1",
      note: " hot ",
      status: "PENDING",
      sku: "burger",
      quantity: 2,
      items,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: expect.any(String),
    });
  });

  test("shows prices once reserved, and the reason once cancelled", async () => {
    await using orders = await served();
    for (let count = 0; count < 2; count++)
      await orders.call("POST", "/v1/orders", { body: burger });
    await orders.consume(reserved(1n), rejected(2n));

    expect((await orders.call("GET", "/v1/orders/1")).body).toMatchObject({
      status: "CONFIRMED",
      totalCents: 1_780,
      items: [{ sku: "burger", quantity: 2, priceCents: 890 }],
      updatedAt: "2026-05-04T12:00:00.000Z",
    });
    expect((await orders.call("GET", "/v1/orders/2")).body).toMatchObject({
      status: "CANCELLED",
      reason: "insufficient stock",
      missing: ["burger"],
    });
  });

  test.each([
    "0",
    "-1",
    "+1",
    "01",
    "1.0",
    "1e3",
    "abc",
    "1x",
    "%20",
    "9223372036854775808",
    "9".repeat(40),
  ])("refuses %s with invalid id", async (id) => {
    await using orders = await served();

    for (const [method, path] of [
      ["GET", `/v1/orders/${id}`],
      ["GET", `/v1/orders/${id}/stream`],
      ["POST", `/v1/orders/${id}/cancel`],
    ] as const)
      expect(await orders.call(method, path)).toMatchObject({
        status: 400,
        body: { detail: "invalid id" },
      });
    expect(orders.statements).toEqual([]);
  });

  test("answers 404 to an unknown id, and to others than the owner", async () => {
    await using orders = await served();
    await orders.call("POST", "/v1/orders", { body: burger, caller: alice });

    for (const [method, path] of [
      ["GET", "/v1/orders/1"],
      ["GET", "/v1/orders/1/stream"],
      ["POST", "/v1/orders/1/cancel"],
    ] as const) {
      const theirs = await orders.call(method, path, { caller: bob });
      const unknown = await orders.call(method, path.replace("1/", "9/").replace(/1$/, "9"));
      expect(theirs).toMatchObject({ status: 404, body: { detail: "not found" } });
      expect(unknown).toMatchObject({ status: 404, body: { detail: "not found" } });
    }
    expect((await orders.call("GET", "/v1/orders/1", { caller: alice })).status).toBe(200);
    for (const caller of [operator, viewer])
      expect((await orders.call("GET", "/v1/orders/1", { caller })).status).toBe(200);
  });
});

describe("GET /v1/orders", () => {
  test("pages by its cursor, and has none on the last page", async () => {
    await using orders = await served();
    for (let count = 0; count < 3; count++)
      await orders.call("POST", "/v1/orders", { body: burger });

    const first = (await orders.call("GET", "/v1/orders?limit=2")).body;
    const path = `/v1/orders?limit=2&cursor=${first.nextCursor}`;
    const second = (await orders.call("GET", path)).body;

    expect([...first.orders, ...second.orders].map(({ id }) => id)).toEqual([3, 2, 1]);
    expect(second.nextCursor).toBeNull();
  });

  test("shows a customer its own orders alone, whatever it asks for", async () => {
    await using orders = await served();
    for (const caller of [alice, bob])
      await orders.call("POST", "/v1/orders", { body: burger, caller });

    const list = async (path: string, caller: Caller) =>
      (await orders.call("GET", path, { caller })).body.orders.map(
        ({ userId }: { userId: string }) => userId,
      );

    expect(await list("/v1/orders", alice)).toEqual(["alice"]);
    expect(await list("/v1/orders?userId=bob", alice)).toEqual(["alice"]);
    expect(await list("/v1/orders", operator)).toEqual(["bob", "alice"]);
    expect(await list("/v1/orders?userId=bob", operator)).toEqual(["bob"]);
    expect(await list("/v1/orders?userId=bob", viewer)).toEqual(["bob"]);
  });

  test.each([
    ["limit=0", "limit must be 1 to 100"],
    ["limit=101", "limit must be 1 to 100"],
    ["status=OPEN", "status is unknown"],
    ["cursor=zzz", "invalid cursor"],
    [`sku=${"x".repeat(65)}`, "sku is too long"],
  ])("refuses %s", async (query, detail) => {
    await using orders = await served();

    const answer = await orders.call("GET", `/v1/orders?${query}`);

    expect(answer).toMatchObject({ status: 400, body: { detail } });
  });

  test("refuses a NUL wherever it stands", async () => {
    await using orders = await served();

    for (const name of ["userId", "sku", "cursor", "status", "limit"])
      expect((await orders.call("GET", `/v1/orders?${name}=a%00b`)).status).toBe(400);
  });
});

describe("POST /v1/orders/{id}/cancel", () => {
  test("cancels pending and confirmed orders, with or without a reason", async () => {
    await using orders = await served();
    for (let count = 0; count < 2; count++)
      await orders.call("POST", "/v1/orders", { body: burger });
    await orders.consume(reserved(2n));

    const pending = await orders.call("POST", "/v1/orders/1/cancel");
    const confirmed = await orders.call("POST", "/v1/orders/2/cancel", {
      body: { reason: "late" },
    });

    expect(pending).toMatchObject({
      status: 200,
      body: { id: 1, status: "CANCELLED", reason: "cancelled by customer", missing: [] },
    });
    expect(confirmed).toMatchObject({
      status: 200,
      body: { status: "CANCELLED", reason: "late", totalCents: 1_780 },
    });
  });

  test("answers a cancelled order unchanged, and states nothing again", async () => {
    await using orders = await served();
    await orders.call("POST", "/v1/orders", { body: burger });
    const first = await orders.call("POST", "/v1/orders/1/cancel", { body: { reason: "a" } });

    const second = await orders.call("POST", "/v1/orders/1/cancel", { body: { reason: "b" } });
    await orders.consume(reserved(1n));

    expect(second).toMatchObject({ status: 200, body: first.body });
    expect((await orders.call("GET", "/v1/orders/1")).body).toEqual(first.body);
    expect(await orders.query("select id from outbox")).toHaveLength(2);
  });

  test("refuses a reason that is none", async () => {
    await using orders = await served();
    await orders.call("POST", "/v1/orders", { body: burger });

    for (const [body, detail] of [
      [{ reason: 1 }, "reason must be a string"],
      [{ reason: "x".repeat(1_001) }, "reason is too long"],
      [{ why: "x" }, "unknown field why"],
      ["{", "invalid json"],
    ] as const)
      expect(await orders.call("POST", "/v1/orders/1/cancel", { body })).toMatchObject({
        status: 400,
        body: { detail },
      });
    expect((await orders.call("GET", "/v1/orders/1")).body.status).toBe("PENDING");
  });
});
