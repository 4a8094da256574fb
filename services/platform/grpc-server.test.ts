import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  GetStockRequestSchema,
  GetStockResponseSchema,
  InventoryService,
  ReserveStockRequestSchema,
  ReserveStockResponseSchema,
  WatchStockRequestSchema,
  WatchStockResponseSchema,
} from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { authenticator } from "./auth.ts";
import { systemClock } from "./clock.ts";
import { Refusal } from "./errors.ts";
import { type GrpcServer, type GrpcSettings, serveGrpc } from "./grpc-server.ts";
import { type Log, type LogFields, silentLog } from "./log.ts";
import { systemRandom } from "./random.ts";
import { rpcRequest } from "./rpc-context.ts";
import { eventually } from "./testing/eventually.ts";
import { type Observed, scriptedAccess, scriptedInventory } from "./testing/scripted-inventory.ts";

const root = join(import.meta.dir, "../..");
const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function serve(settings: Partial<GrpcSettings> = {}) {
  const observed: Observed = { started: [], aborted: [] };
  const lines: LogFields[] = [];
  const shutdown = new AbortController();
  const write = (message: string, fields: LogFields = {}) =>
    void lines.push({ message, ...fields });
  const log: Log = { ...silentLog, info: write, warn: write, error: write };
  const server = await serveGrpc({
    routes: (router) => router.service(InventoryService, scriptedInventory(observed)),
    port: 0,
    hostname: "127.0.0.1",
    access: scriptedAccess,
    authenticate: authenticator("optional"),
    serving: () => true,
    shutdownSignal: shutdown.signal,
    log,
    clock: systemClock,
    random: systemRandom,
    ...settings,
  });
  closing.push(() => server.stop(0));
  return { server, observed, lines, shutdown, client: clientOf(server) };
}

/** A caller in another library than ours, as other languages' callers are. */
function clientOf({ port }: GrpcServer): Client {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  closing.push(() => client.close());
  return client;
}

interface CallOptions {
  readonly deadlineMs?: number;
  readonly metadata?: Metadata;
}

function reserve(
  client: Client,
  request: MessageInitShape<typeof ReserveStockRequestSchema>,
  { deadlineMs, metadata = new Metadata() }: CallOptions = {},
): Promise<MessageShape<typeof ReserveStockResponseSchema>> {
  const answer = Promise.withResolvers<MessageShape<typeof ReserveStockResponseSchema>>();
  client.makeUnaryRequest(
    "/inventory.v1.InventoryService/ReserveStock",
    encoderOf(ReserveStockRequestSchema),
    decoderOf(ReserveStockResponseSchema),
    create(ReserveStockRequestSchema, request),
    metadata,
    deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
    (error, response) => (response ? answer.resolve(response) : answer.reject(error)),
  );
  return answer.promise;
}

function watch(client: Client, sku: string) {
  return client.makeServerStreamRequest(
    "/inventory.v1.InventoryService/WatchStock",
    encoderOf(WatchStockRequestSchema),
    decoderOf(WatchStockResponseSchema),
    create(WatchStockRequestSchema, { skus: [sku] }),
  );
}

const encoderOf =
  <D extends DescMessage>(schema: D) =>
  (message: MessageShape<D>) =>
    Buffer.from(toBinary(schema, message));

const decoderOf =
  <D extends DescMessage>(schema: D) =>
  (bytes: Uint8Array) =>
    fromBinary(schema, bytes);

async function errorOf(answer: Promise<unknown>): Promise<Pick<ServiceError, "code" | "details">> {
  const error = await answer.then(
    () => new Error("the call succeeded"),
    (reason: unknown) => reason,
  );
  if (error instanceof Error && "code" in error && "details" in error) {
    return { code: Number(error.code), details: String(error.details) };
  }
  throw error;
}

/** Calls as somebody at a terminal does, who has none of our files. */
async function bufCurl({ port }: GrpcServer, path: string, ...args: readonly string[]) {
  const buf = join(root, "node_modules/@bufbuild/buf/bin/buf");
  const options = ["curl", "--protocol", "grpc", "--http2-prior-knowledge", ...args];
  const command = [process.execPath, buf, ...options, `http://127.0.0.1:${port}${path}`];
  const child = Bun.spawn(command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { stdout, stderr, exitCode: await child.exited };
}

describe("a gRPC call", () => {
  test("is answered", async () => {
    const { client } = await serve();

    const response = await reserve(client, { sku: "burger", quantity: 2, orderId: 7n });

    expect(response.reserved).toBe(true);
    expect(response.reservationId).toBe("rpc/burger");
  });

  test.each([
    [{ quantity: 1 }, status.INVALID_ARGUMENT, "sku is required"],
    [{ sku: "burger" }, status.INVALID_ARGUMENT, "quantity must be > 0"],
    [{ sku: "scarce", quantity: 1 }, status.FAILED_PRECONDITION, "insufficient stock"],
    [{ sku: "busy", quantity: 1 }, status.UNAVAILABLE, "too many orders"],
    [{ sku: "broken", quantity: 1 }, status.INTERNAL, "internal error"],
    [{ sku: "outage", quantity: 1 }, status.UNAVAILABLE, "database unavailable"],
  ])("for %p fails with its code and exactly its text", async (request, code, details) => {
    const { client } = await serve();

    expect(await errorOf(reserve(client, request))).toEqual({ code, details });
  });

  test.each([[[0xff]], [[0x0a, 0x02, 0xc3, 0x28]]])(
    "with bytes %p is the caller's fault",
    async (bytes) => {
      const { client } = await serve();
      const answer = Promise.withResolvers<never>();
      client.makeUnaryRequest(
        "/inventory.v1.InventoryService/ReserveStock",
        () => Buffer.from(bytes),
        decoderOf(ReserveStockResponseSchema),
        {},
        (error) => answer.reject(error),
      );

      const { code, details } = await errorOf(answer.promise);

      expect(code).toBe(status.INVALID_ARGUMENT);
      expect(details).toStartWith("invalid protobuf");
    },
  );

  test("with too large a message is refused before it is read", async () => {
    const { client } = await serve();

    const { code } = await errorOf(reserve(client, { sku: "x".repeat(65 * 1024), quantity: 1 }));

    expect(code).toBe(status.RESOURCE_EXHAUSTED);
  });

  test("with headers that are too many is refused", async () => {
    const { client } = await serve();
    const metadata = new Metadata();
    for (let n = 0; n < 40; n++) metadata.set(`x-filler-${n}`, "x".repeat(1_000));

    const refused = reserve(
      client,
      { sku: "burger", quantity: 1 },
      { metadata, deadlineMs: 30_000 },
    );

    expect((await errorOf(refused)).code).not.toBe(status.DEADLINE_EXCEEDED);
  });

  test("that is late ends at the caller's deadline, and its handler hears of it", async () => {
    const { client, observed } = await serve();

    const { code } = await errorOf(
      reserve(client, { sku: "slow", quantity: 1 }, { deadlineMs: 1_000 }),
    );

    expect(code).toBe(status.DEADLINE_EXCEEDED);
    await eventually(() => expect(observed.aborted).toEqual(["slow"]));
  });

  test("that is late ends at the server's deadline, even when its handler is deaf", async () => {
    const { client } = await serve({ deadlineMs: 50 });

    const { code } = await errorOf(reserve(client, { sku: "deaf", quantity: 1 }));

    expect(code).toBe(status.DEADLINE_EXCEEDED);
  });

  test("leaves one line in the log, with the caller's request id", async () => {
    const { client, lines } = await serve();
    const metadata = new Metadata();
    metadata.set("x-request-id", "from-afar");

    await errorOf(reserve(client, { sku: "scarce", quantity: 1 }, { metadata }));

    expect(lines).toMatchObject([
      {
        message: "rpc",
        rpc: "inventory.v1.InventoryService/ReserveStock",
        code: "FailedPrecondition",
        requestId: "from-afar",
      },
    ]);
  });
});

describe("the caller of a gRPC call", () => {
  test("is the service that the token names, and nobody else gets in", async () => {
    const { client } = await serve({
      authenticate: authenticator("required", async (subject) => ({
        subject,
        roles: [subject === "orders" ? "service" : "operator"],
      })),
    });
    const as = (subject: string) => {
      const metadata = new Metadata();
      metadata.set("authorization", `Bearer ${subject}`);
      return metadata;
    };

    const refused = await errorOf(reserve(client, { quantity: 1 }));
    const person = await errorOf(getStock(client, as("olga")));
    const allowed = await getStock(client, as("orders"));

    expect(refused).toEqual({ code: status.UNAUTHENTICATED, details: "authentication required" });
    expect(person).toEqual({ code: status.PERMISSION_DENIED, details: "needs the role service" });
    expect(allowed.sku).toBe("orders");
  });

  test("has its share of calls in a second, each caller by itself", async () => {
    const { client } = await serve({
      ratePerSecond: 2,
      authenticate: authenticator("required", async (subject) => ({ subject, roles: ["service"] })),
    });
    const callAs = (subject: string) => {
      const metadata = new Metadata();
      metadata.set("authorization", `Bearer ${subject}`);
      return getStock(client, metadata);
    };

    // So many that a busy machine cannot spread them over as many seconds as it would take.
    const codes = await Promise.all(
      Array.from({ length: 30 }, () =>
        callAs("orders").then(
          () => "in",
          ({ code }) => code,
        ),
      ),
    );

    expect(new Set(codes)).toEqual(new Set(["in", status.RESOURCE_EXHAUSTED]));
    expect((await callAs("bookings")).sku).toBe("bookings");
  });

  test("is counted by its network address before its token is looked at", async () => {
    let verified = 0;
    const addresses: string[] = [];
    const { client } = await serve({
      ratePerSecond: 2,
      authenticate: authenticator("required", async (subject) => {
        verified += 1;
        if (subject === "forged") throw new Refusal("unauthenticated", "token_invalid", "invalid");
        return { subject, roles: ["service"] };
      }),
      interceptors: [
        (next) => (request) => {
          addresses.push(request.contextValues.get(rpcRequest).address);
          return next(request);
        },
      ],
    });
    const call = (token: string) => {
      const metadata = new Metadata();
      metadata.set("authorization", `Bearer ${token}`);
      return getStock(client, metadata);
    };
    for (let calls = 0; calls < 5; calls += 1) await call(`service-${calls}`);
    verified = 0;

    // So many that a busy machine cannot spread them over as many seconds as it would take.
    const codes = await Promise.all(
      Array.from({ length: 30 }, async () => (await errorOf(call("forged"))).code),
    );

    expect(verified).toBeWithin(2, 30);
    expect(codes).toContain(status.UNAUTHENTICATED);
    expect(codes).toContain(status.RESOURCE_EXHAUSTED);
    expect(addresses).toEqual(Array.from({ length: 5 }, () => "127.0.0.1"));
  });

  test("who hangs up aborts the handler of a stream", async () => {
    const { client, observed } = await serve();

    const stream = watch(client, "burger");
    stream.on("error", () => undefined);
    stream.once("data", () => stream.cancel());

    await eventually(() => expect(observed.aborted).toEqual(["burger"]));
  });
});

describe("reflection and health", () => {
  test("let buf curl list the services and reserve stock without files", async () => {
    const { server } = await serve();
    const path = "/inventory.v1.InventoryService/ReserveStock";

    const list = await bufCurl(server, "", "--list-services");
    const call = await bufCurl(server, path, "-d", `{"sku": "burger", "quantity": 1}`);
    const refused = await bufCurl(server, path, "-d", `{"quantity": 1}`);

    expect(list.stdout).toContain("inventory.v1.InventoryService");
    expect(JSON.parse(call.stdout)).toEqual({ reserved: true, reservationId: "rpc/burger" });
    expect(refused.stderr).toContain("sku is required");
    expect(refused.exitCode).not.toBe(0);
  });

  test("work for clients that know the alpha version alone", async () => {
    const { server } = await serve();

    const list = await bufCurl(server, "", "--list-services", "--reflect-protocol", "grpc-v1alpha");

    expect(list.stdout).toContain("inventory.v1.InventoryService");
  });

  test("tell of a service whether it serves without a caller, and describe it only to one", async () => {
    let serving = true;
    const { server } = await serve({
      serving: () => serving,
      authenticate: authenticator("required"),
    });
    const check = "/grpc.health.v1.Health/Check";
    const about = (service: string) => ["--schema", ".", "-d", JSON.stringify({ service })];

    const whole = await bufCurl(server, check, ...about(""));
    serving = false;
    const one = await bufCurl(server, check, ...about("inventory.v1.InventoryService"));
    const unknown = await bufCurl(server, check, ...about("shop.v1.Nothing"));
    const list = await bufCurl(server, "", "--list-services");

    expect(JSON.parse(whole.stdout)).toEqual({ status: "SERVING" });
    expect(JSON.parse(one.stdout)).toEqual({ status: "NOT_SERVING" });
    expect(unknown.stderr).toContain("unknown service");
    expect(list.stderr).toContain("not authenticated");
  });
});

describe("a shutdown", () => {
  test("ends streams, lets a call finish and takes no new one", async () => {
    const { client, server, shutdown, observed } = await serve();
    const stream = watch(client, "burger");
    const ended = new Promise<number>((resolve) =>
      stream.on("error", (error) => resolve("code" in error ? Number(error.code) : -1)),
    );
    await new Promise((resolve) => stream.once("data", resolve));

    const call = reserve(client, { sku: "patient", quantity: 1 });
    await eventually(() => observed.started.includes("patient"));
    shutdown.abort();
    const stopped = server.stop(5_000);

    expect((await call).reserved).toBe(true);
    expect(await ended).toBe(status.UNAVAILABLE);
    await stopped;
    const late = errorOf(reserve(client, { sku: "burger", quantity: 1 }, { deadlineMs: 1_000 }));
    expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain((await late).code);
  });

  test("cuts what is left after the grace period", async () => {
    const { client, server, observed } = await serve();
    const call = errorOf(reserve(client, { sku: "deaf", quantity: 1 }));
    await eventually(() => observed.started.includes("deaf"));

    const startedMs = performance.now();
    await server.stop(100);

    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect((await call).code).not.toBe(status.OK);
  });

  test("is not needed to learn that a port is taken", async () => {
    const { server } = await serve();

    const second = serve({ port: server.port });

    await expect(second).rejects.toThrow(`cannot listen on 127.0.0.1:${server.port}`);
  });
});

function getStock(client: Client, metadata = new Metadata()) {
  const answer = Promise.withResolvers<MessageShape<typeof GetStockResponseSchema>>();
  client.makeUnaryRequest(
    "/inventory.v1.InventoryService/GetStock",
    encoderOf(GetStockRequestSchema),
    decoderOf(GetStockResponseSchema),
    create(GetStockRequestSchema, { sku: "burger" }),
    metadata,
    (error, response) => (response ? answer.resolve(response) : answer.reject(error)),
  );
  return answer.promise;
}
