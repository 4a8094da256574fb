import { describe, expect, test } from "bun:test";
import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { RefusalDetailSchema } from "@app/contracts/gen/platform/v1/refusal_pb.ts";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { authenticator } from "./auth.ts";
import type { HttpServer } from "./http.ts";
import { silentLog } from "./log.ts";
import { problemAnswer } from "./problem-answer.ts";
import { rpcFetch } from "./rpc-fetch.ts";
import { scriptedAccess } from "./testing/scripted-inventory.ts";
import { servedHttp } from "./testing/served-http.ts";

const rpc = rpcFetch({
  routes: (router) => router.service(InventoryService, { getStock: ({ sku }) => ({ sku }) }),
  access: scriptedAccess,
  shutdownSignal: new AbortController().signal,
  log: silentLog,
});

const clientsOf = ({ url }: HttpServer) => {
  const options = { httpVersion: "1.1", baseUrl: url } as const;
  return [
    createClient(InventoryService, createConnectTransport(options)),
    createClient(InventoryService, createConnectTransport({ ...options, useBinaryFormat: false })),
    createClient(InventoryService, createGrpcWebTransport(options)),
  ];
};

async function errorOf(answer: Promise<unknown>): Promise<ConnectError> {
  return ConnectError.from(await answer.then(() => "the call succeeded").catch((error) => error));
}

describe("what the wrapper refuses on the path of a call", () => {
  test("is told to each client in its own protocol, with code, text and reason", async () => {
    await using served = servedHttp({ handlers: [rpc], authenticate: authenticator("required") });

    for (const client of clientsOf(served.server)) {
      const unary = await errorOf(client.getStock({ sku: "burger" }));
      const stream = await errorOf(Array.fromAsync(client.watchStock({ skus: ["burger"] })));
      for (const error of [unary, stream]) {
        expect(error.code).toBe(Code.Unauthenticated);
        expect(error.rawMessage).toBe("authentication required");
        expect(error.findDetails(RefusalDetailSchema)).toMatchObject([
          { reason: "sign_in_required" },
        ]);
      }
    }
  });

  test("keeps its status and headers where the protocol has them", async () => {
    await using served = servedHttp({ handlers: [rpc], limits: { ratePerSecond: 1 } });
    const path = `${served.server.url}/inventory.v1.InventoryService/GetStock`;
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ sku: "x".repeat(65 * 1024) });

    const large = await fetch(path, { method: "POST", headers, body });
    const limited = await fetch(path, { method: "POST", headers, body: "{}" });

    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({
      code: "resource_exhausted",
      message: "body must be at most 65536 bytes",
    });
    expect(limited.status).toBe(429);
    expect(limited.headers.get("retry-after")).toBe("1");
    expect(await limited.json()).toMatchObject({
      code: "resource_exhausted",
      message: "too many requests",
    });
  });

  test("names a call that does not exist unimplemented", async () => {
    await using served = servedHttp({ handlers: [rpc] });

    const response = await fetch(`${served.server.url}/inventory.v1.InventoryService/Eat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "unimplemented", message: "not found" });
  });

  test.each([
    [502, "unavailable"],
    [503, "unavailable"],
    [504, "deadline_exceeded"],
    [599, "unknown"],
  ])("tells what a gateway answers with %i as %s", async (status, code) => {
    const request = new Request("http://quickbite.test/orders.v1.OrdersService/GetOrder");
    const problem = { status, code: "answer_lost", title: "Lost", detail: "it is lost" };

    const answer = problemAnswer(request, problem);

    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code, message: "it is lost" });
  });

  test("tells a late call that it is late", async () => {
    const never = () => new Promise<undefined>(() => undefined);
    await using served = servedHttp({ handlers: [never], limits: { deadlineMs: 50 } });

    for (const client of clientsOf(served.server)) {
      const error = await errorOf(client.getStock({ sku: "burger" }));
      expect(error.code).toBe(Code.DeadlineExceeded);
      expect(error.rawMessage).toBe("deadline exceeded");
    }
  });

  test("is a problem everywhere else", async () => {
    await using served = servedHttp({ handlers: [rpc], authenticate: authenticator("required") });

    const response = await fetch(`${served.server.url}/v1/items`);

    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });
});
