import { afterEach, describe, expect, test } from "bun:test";
import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { RefusalDetailSchema } from "@app/contracts/gen/platform/v1/refusal_pb.ts";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { authenticator } from "./auth.ts";
import { systemClock } from "./clock.ts";
import { type HttpServer, serveHttp } from "./http.ts";
import { type Log, type LogFields, silentLog } from "./log.ts";
import { systemRandom } from "./random.ts";
import type { RpcSettings } from "./rpc.ts";
import { rpcFetch } from "./rpc-fetch.ts";
import { eventually } from "./testing/eventually.ts";
import { type Observed, scriptedAccess, scriptedInventory } from "./testing/scripted-inventory.ts";

const servers: HttpServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop(0))));

function serve(settings: Partial<RpcSettings> = {}) {
  const observed: Observed = { started: [], aborted: [] };
  const faults: LogFields[] = [];
  const shutdown = new AbortController();
  const log: Log = { ...silentLog, error: (_, fields = {}) => void faults.push(fields) };
  const rpc = rpcFetch({
    routes: (router) => router.service(InventoryService, scriptedInventory(observed)),
    access: scriptedAccess,
    shutdownSignal: shutdown.signal,
    log,
    ...settings,
  });
  const server = serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    health: () => undefined,
    handlers: [rpc],
    authenticate: authenticator("optional"),
    log: silentLog,
    clock: systemClock,
    random: systemRandom,
  });
  servers.push(server);
  const options = { httpVersion: "1.1", baseUrl: server.url } as const;
  const call = (method: string, body: string, init: RequestInit = {}) =>
    fetch(`${server.url}/inventory.v1.InventoryService/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      ...init,
    });
  return {
    observed,
    faults,
    shutdown,
    call,
    connect: createClient(InventoryService, createConnectTransport(options)),
    grpcWeb: createClient(InventoryService, createGrpcWebTransport(options)),
  };
}

/** What a call that must fail was answered with. */
async function errorOf(answer: Promise<unknown>): Promise<ConnectError> {
  const error = await answer.then(
    () => new Error("the call succeeded"),
    (reason: unknown) => reason,
  );
  if (error instanceof ConnectError) return error;
  throw error;
}

describe("a call over HTTP", () => {
  test("is answered in JSON, Connect and gRPC-Web alike", async () => {
    const { call, connect, grpcWeb } = serve();
    const request = { sku: "burger", quantity: 1 };

    const json = await call("ReserveStock", JSON.stringify(request));

    expect(await json.json()).toEqual({ reserved: true, reservationId: "rpc/burger" });
    expect((await connect.reserveStock(request)).reservationId).toBe("rpc/burger");
    expect((await grpcWeb.reserveStock(request)).reservationId).toBe("rpc/burger");
  });

  test("says in JSON also what is nothing", async () => {
    const { call } = serve();

    const response = await call("GetStock", `{"sku": "burger"}`);

    expect(await response.json()).toEqual({
      sku: "burger",
      available: "5",
      reserved: "0",
      consumed: "0",
    });
  });

  test("of an unknown path is left to the next handler", () => {
    const rpc = rpcFetch({
      routes: (router) => router.service(InventoryService, {}),
      access: scriptedAccess,
      shutdownSignal: new AbortController().signal,
      log: silentLog,
    });

    expect(rpc(new Request("http://localhost/v1/items"))).toBeUndefined();
    expect(rpc(new Request("http://localhost/v1/items.v1.Item/1"))).toBeUndefined();
  });
});

describe("who may make a call", () => {
  test("stands in the table, and a call that is not in it is made by nobody", async () => {
    const { call, observed, faults } = serve({
      access: { "inventory.v1.InventoryService/GetStock": "public" },
    });

    const stated = await call("GetStock", '{"sku":"burger"}');
    const forgotten = await call("ReserveStock", '{"sku":"burger","quantity":1}');

    expect(stated.status).toBe(200);
    expect(forgotten.status).toBe(500);
    expect(await forgotten.json()).toMatchObject({ message: "internal error" });
    expect(observed.started).toEqual([]);
    expect(faults).toHaveLength(1);
  });

  test("is asked before the call is looked at", async () => {
    const { call } = serve({
      access: { "inventory.v1.InventoryService/ReserveStock": "signed in" },
    });

    for (const body of ["{", "{}", '{"quantity":"1"}', '{"sku":"burger","quantity":1}']) {
      expect((await call("ReserveStock", body)).status).toBe(401);
    }
  });
});

describe("a call that breaks a rule", () => {
  test.each([
    ["a missing sku", `{"quantity": 1}`, "sku is required"],
    ["a quantity of nothing", `{"sku": "burger", "quantity": 0}`, "quantity must be > 0"],
    ["both", `{}`, "sku is required"],
  ])("is refused with exactly the text of %s", async (_, body, message) => {
    const { call } = serve();

    const response = await call("ReserveStock", body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "invalid_argument", message });
  });

  test.each([
    ["no JSON", `{"sku":`],
    ["an unknown field", `{"sku": "burger", "quantity": 1, "discount": 100}`],
    ["a wrong type", `{"sku": 7, "quantity": 1}`],
    ["a fraction", `{"sku": "burger", "quantity": 1.5}`],
    ["a huge number", `{"sku": "burger", "quantity": 1e12}`],
    ["an array", `[]`],
  ])("is refused for %s before a handler sees it", async (_, body) => {
    const { call } = serve();

    const response = await call("ReserveStock", body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "invalid_argument" });
  });

  test("is refused for a number that is a text, as REST refuses it", async () => {
    const { call, observed } = serve();

    const response = await call("ReserveStock", `{"sku": "burger", "quantity": "1"}`);

    expect(response.status).toBe(400);
    const message = "quantity must be an integer";
    expect(await response.json()).toEqual({ code: "invalid_argument", message });
    expect(observed.started).toEqual([]);
    // Of 64 bits it must be one.
    const id = `{"sku": "burger", "quantity": 1, "orderId": "7"}`;
    expect((await call("ReserveStock", id)).status).toBe(200);
  });

  test.each([
    ["application/proto", [0x0a, 0x02, 0xc3, 0x28, 0x10, 0x01], "invalid protobuf"],
    ["application/proto", [0xff], "invalid protobuf"],
    ["application/json", [...Buffer.from(`{"sku":"`), 0xc3, 0x28, ...Buffer.from(`"}`)], ""],
  ])("is refused for %s with bytes that cannot be read", async (type, bytes, message) => {
    const { call } = serve();

    const response = await call("ReserveStock", "", {
      headers: { "content-type": type },
      body: new Uint8Array(bytes),
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain(message);
  });

  test.each([[[0xff]], [[0x0a, 0x02, 0xc3, 0x28]]])(
    "is refused over gRPC-Web for bytes %p",
    async (bytes) => {
      const { call } = serve();
      const message = Uint8Array.from([0, 0, 0, 0, bytes.length, ...bytes]);

      const response = await call("ReserveStock", "", {
        headers: { "content-type": "application/grpc-web+proto" },
        body: message,
      });

      expect(await response.text()).toMatch(
        /grpc-message: invalid%20protobuf.*\r\ngrpc-status: 3\r\n/,
      );
    },
  );

  test("is refused when its body is too large", async () => {
    const { call } = serve();

    const response = await call("GetStock", JSON.stringify({ sku: "x".repeat(65 * 1024) }));

    expect(response.status).toBe(413);
  });
});

describe("a call that fails", () => {
  test("gives a refusal its code, text, reason and members", async () => {
    const { connect } = serve();

    const error = await errorOf(connect.reserveStock({ sku: "scarce", quantity: 1 }));

    expect(error.code).toBe(Code.FailedPrecondition);
    expect(error.rawMessage).toBe("insufficient stock");
    expect(error.findDetails(RefusalDetailSchema)).toMatchObject([
      {
        reason: "insufficient_stock",
        members: { id: "9007199254740993", missing: ["scarce"] },
      },
    ]);
  });

  test("says when another try may succeed", async () => {
    const { connect } = serve();

    const error = await errorOf(connect.reserveStock({ sku: "busy", quantity: 1 }));

    expect(error.code).toBe(Code.Unavailable);
    expect(error.metadata.get("retry-after")).toBe("3");
  });

  test("keeps a fault to itself and to the log", async () => {
    const { connect, grpcWeb, faults } = serve();
    const request = { sku: "broken", quantity: 1 };

    for (const client of [connect, grpcWeb]) {
      const error = await errorOf(client.reserveStock(request));

      expect(error.code).toBe(Code.Internal);
      expect(error.rawMessage).toBe("internal error");
      expect(JSON.stringify(error.details)).not.toContain("secret");
    }
    expect(faults.map(({ err }) => String(err))).toEqual(["Error: a secret", "Error: a secret"]);
  });

  test("calls a database that is away unavailable", async () => {
    const { connect } = serve();

    const error = await errorOf(connect.reserveStock({ sku: "outage", quantity: 1 }));

    expect(error.code).toBe(Code.Unavailable);
    expect(error.rawMessage).toBe("database unavailable");
  });

  test("hides the fault of a stream too", async () => {
    const { connect, faults } = serve();

    const error = await errorOf(Array.fromAsync(connect.watchStock({ skus: ["broken"] })));

    expect(error.rawMessage).toBe("internal error");
    expect(faults).toHaveLength(1);
  });
});

describe("the deadline of a call", () => {
  test.each(["slow", "deaf"])("ends a %s handler at the server's limit", async (sku) => {
    const { connect } = serve({ deadlineMs: 50 });

    const error = await errorOf(connect.reserveStock({ sku, quantity: 1 }));

    expect(error.code).toBe(Code.DeadlineExceeded);
  });

  test("is the caller's when that is shorter, and the handler hears of it", async () => {
    const { connect, observed } = serve();

    const error = await errorOf(
      connect.reserveStock({ sku: "slow", quantity: 1 }, { timeoutMs: 500 }),
    );

    expect(error.code).toBe(Code.DeadlineExceeded);
    await eventually(() => expect(observed.aborted).toEqual(["slow"]));
  });

  test("can be moved by a handler that waits on purpose", async () => {
    const { connect } = serve({ deadlineMs: 50 });

    const { reserved } = await connect.reserveStock({ sku: "patient", quantity: 1 });

    expect(reserved).toBe(true);
  });
});

describe("a caller who hangs up", () => {
  test("aborts the handler of a call", async () => {
    const { call, observed } = serve();
    const hangUp = new AbortController();

    const answer = call("ReserveStock", `{"sku": "slow", "quantity": 1}`, {
      signal: hangUp.signal,
    });
    await eventually(() => observed.started.includes("slow"));
    hangUp.abort();

    await expect(answer).rejects.toThrow();
    await eventually(() => expect(observed.aborted).toEqual(["slow"]));
  });

  test("aborts the handler of a stream", async () => {
    const { connect, observed } = serve();
    const hangUp = new AbortController();

    const stream = connect.watchStock({ skus: ["burger"] }, { signal: hangUp.signal });
    for await (const { available } of stream) {
      expect(available).toBe(5n);
      break;
    }
    hangUp.abort();

    await eventually(() => expect(observed.aborted).toEqual(["burger"]));
  });
});

describe("a shutdown", () => {
  test.each(["burger", "deaf"])("cuts a stream of %s and says so", async (sku) => {
    const { connect, shutdown } = serve();

    const stream = connect.watchStock({ skus: [sku] })[Symbol.asyncIterator]();
    await stream.next();
    shutdown.abort();

    const error = await errorOf(stream.next());
    expect(error.code).toBe(Code.Unavailable);
  });

  test("lets a stream that ends by itself end well", async () => {
    const { connect } = serve();

    const messages = await Array.fromAsync(connect.watchStock({ skus: ["finite"] }));

    expect(messages).toHaveLength(1);
  });

  test("lets other calls finish", async () => {
    const { connect, shutdown, observed } = serve();

    const answer = connect.reserveStock({ sku: "patient", quantity: 1 });
    await eventually(() => observed.started.includes("patient"));
    shutdown.abort();

    expect((await answer).reserved).toBe(true);
  });
});
