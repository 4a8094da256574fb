import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join, resolve } from "node:path";
import {
  ReserveStockRequestSchema,
  ReserveStockResponseSchema,
} from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Client, credentials, status } from "@grpc/grpc-js";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

const root = resolve(import.meta.dir, "../..");
const path = "/inventory.v1.InventoryService/ReserveStock";

let world: QuickBite;
let client: Client;
beforeAll(async () => {
  world = await openQuickBite();
  client = new Client(`127.0.0.1:${world.inventory[0].ports.grpc}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await world[Symbol.asyncDispose]();
});

type Outcome =
  | { readonly reservationId: string }
  | { readonly code: number; readonly text: string };

function reserve(request: MessageInitShape<typeof ReserveStockRequestSchema>): Promise<Outcome> {
  const outcome = Promise.withResolvers<Outcome>();
  client.makeUnaryRequest(
    path,
    (message) => Buffer.from(toBinary(ReserveStockRequestSchema, message)),
    (bytes) => fromBinary(ReserveStockResponseSchema, bytes),
    create(ReserveStockRequestSchema, request),
    (error, response) =>
      outcome.resolve(
        response
          ? { reservationId: response.reservationId }
          : { code: error?.code ?? status.UNKNOWN, text: error?.details ?? "" },
      ),
  );
  return outcome.promise;
}

/** Calls as somebody at a terminal does, who has none of our files. */
async function bufCurl(callPath: string, ...args: readonly string[]) {
  const buf = join(root, "node_modules/@bufbuild/buf/bin/buf");
  const url = `http://127.0.0.1:${world.inventory[0].ports.grpc}${callPath}`;
  const options = ["curl", "--protocol", "grpc", "--http2-prior-knowledge", ...args, url];
  const command = [process.execPath, buf, ...options];
  const child = Bun.spawn(command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { stdout, stderr, exitCode: await child.exited };
}

describe("native gRPC", () => {
  test("reserves stock for a client of another library, once for each order id", async () => {
    const request = { sku: "burger", quantity: 2, orderId: 7n };

    expect(await reserve(request)).toEqual({ reservationId: "rpc/7" });
    expect(await reserve(request)).toEqual({ reservationId: "rpc/7" });

    expect(await world.stock("burger")).toEqual({ available: "3", reserved: "2", consumed: "0" });
  });

  test.each<[MessageInitShape<typeof ReserveStockRequestSchema>, number, string]>([
    [{ quantity: 1 }, status.INVALID_ARGUMENT, "sku is required"],
    [{ sku: "burger" }, status.INVALID_ARGUMENT, "quantity must be > 0"],
    [{ sku: "burger", quantity: -1 }, status.INVALID_ARGUMENT, "quantity must be > 0"],
    [{ sku: "burger", quantity: 99 }, status.FAILED_PRECONDITION, "insufficient stock"],
    [{ sku: "unicorn", quantity: 1 }, status.FAILED_PRECONDITION, "insufficient stock"],
  ])("refuses %o with its code and text, and stores nothing", async (request, code, text) => {
    const before = await world.sql.inventory`select id from reservations`;

    expect(await reserve(request)).toEqual({ code, text });

    expect(await world.sql.inventory`select id from reservations`).toHaveLength(before.length);
  });

  test("refuses an order id whose reservation has other content", async () => {
    await reserve({ sku: "pizza", quantity: 1, orderId: 8n });

    expect(await reserve({ sku: "pizza", quantity: 2, orderId: 8n })).toMatchObject({
      code: status.ALREADY_EXISTS,
    });
  });

  test("lists its services to buf curl and reserves for it, by reflection alone", async () => {
    const list = await bufCurl("", "--list-services");
    const call = await bufCurl(path, "-d", `{"sku": "pizza", "quantity": 1, "orderId": 9}`);
    const refused = await bufCurl(path, "-d", `{"sku": "pizza", "quantity": 99}`);
    const health = await bufCurl("/grpc.health.v1.Health/Check");

    expect(list.stdout.split("\n")).toEqual(
      expect.arrayContaining(["grpc.health.v1.Health", "inventory.v1.InventoryService"]),
    );
    expect(JSON.parse(call.stdout)).toEqual({ reserved: true, reservationId: "rpc/9" });
    expect(JSON.parse(refused.stderr)).toMatchObject({
      code: "failed_precondition",
      message: "insufficient stock",
    });
    expect(refused.exitCode).not.toBe(0);
    expect(JSON.parse(health.stdout)).toEqual({ status: "SERVING" });
  });

  test("keeps reservations apart from those of orders with the same id", async () => {
    const before = Number((await world.stock("pizza")).available);
    await reserve({ sku: "pizza", quantity: 1, orderId: 1n });

    const id = await world.accepted({ userId: "ann", sku: "pizza", quantity: 1 });

    expect(id).toBe(1);
    expect(await world.decided(id)).toMatchObject({ status: "CONFIRMED" });
    expect(await world.stock("pizza")).toMatchObject({ available: String(before - 2) });
  });
});
