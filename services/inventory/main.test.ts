import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { startService } from "@app/platform/testing/service.ts";
import { createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";

async function inventory(environment: Readonly<Record<string, string>> = {}) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("inventory"));
  const broker = stack.use(await temporaryBroker());
  const settings = { DATABASE_URL: database.url, NATS_URL: broker.url, ...environment };
  const service = stack.use(await startService("inventory", settings));
  return {
    service,
    broker,
    items: `${service.url}/v1/items`,
    grpc: createGrpcTransport({ baseUrl: `http://127.0.0.1:${service.ports.grpc}` }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

// A database, a broker and a process each: more than other tests, and less than this.
setDefaultTimeout(120_000);

describe("the inventory service", () => {
  test("sells from one stock through every door", async () => {
    await using running = await inventory();
    const { service, grpc } = running;
    const fetched = { baseUrl: service.url, httpVersion: "1.1" } as const;

    for (const transport of [
      grpc,
      createConnectTransport({ ...fetched, useBinaryFormat: false }),
      createGrpcWebTransport(fetched),
    ])
      await createClient(InventoryService, transport).reserveStock({ sku: "burger", quantity: 1 });
    const json = await fetch(`${service.url}/inventory.v1.InventoryService/ReserveStock`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sku: "burger", quantity: 1, orderId: "7" }),
    });

    expect(await json.json()).toEqual({ reserved: true, reservationId: "rpc/7" });
    expect(await (await fetch(`${running.items}/burger`)).json()).toMatchObject({ available: 1 });
  });

  test("keeps its stock over a restart, and takes calls while the broker is away", async () => {
    await using running = await inventory();
    const { service, broker, grpc } = running;
    const client = createClient(InventoryService, grpc);
    await client.reserveStock({ sku: "burger", quantity: 5, orderId: 1n });

    await service.process.stop();
    await broker.server.kill();
    await service.process.restart();

    expect(await client.getStock({ sku: "burger" })).toMatchObject({ available: 0n, reserved: 5n });
    const ready = await fetch(`${service.url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: "degraded" }]);
  });

  test("shows everybody the menu, and answers services alone by gRPC, where tokens are asked for", async () => {
    await using running = await inventory({ AUTH: "required" });
    const { service, grpc } = running;

    const refused = createClient(InventoryService, grpc).getStock({ sku: "burger" });

    await expect(refused).rejects.toThrow("[unauthenticated]");
    expect((await fetch(running.items)).status).toBe(200);
    expect((await fetch(running.items, { method: "POST", body: "{" })).status).toBe(401);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  });
});
