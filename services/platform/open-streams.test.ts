import { afterEach, describe, expect, test } from "bun:test";
import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { authenticator } from "./auth.ts";
import { systemClock as clock } from "./clock.ts";
import { serveGrpc } from "./grpc-server.ts";
import { silentLog } from "./log.ts";
import { openStreams } from "./open-streams.ts";
import { systemRandom as random } from "./random.ts";
import { contextOf } from "./request-context.ts";
import { rpcFetch } from "./rpc-fetch.ts";
import { eventStream } from "./server-sent-events.ts";
import { eventually } from "./testing/eventually.ts";
import { scriptedAccess, scriptedInventory } from "./testing/scripted-inventory.ts";
import { servedHttp } from "./testing/served-http.ts";

const guest = { caller: undefined, address: "192.0.2.1" };

describe("open streams", () => {
  test("are limited for each caller, wherever it calls from, and for each network of guests", () => {
    const streams = openStreams(2);
    const ada = { caller: { subject: "ada", roles: [] }, address: "192.0.2.1" };

    for (const address of ["192.0.2.1", "192.0.2.2"]) streams.open({ ...ada, address });
    for (const address of ["2001:db8::1", "2001:db8::2"]) streams.open({ ...guest, address });

    expect(() => streams.open(ada)).toThrow("open streams are limited to 2: end one first");
    expect(() => streams.open({ ...guest, address: "2001:db8::3" })).toThrow("limited to 2");
    expect(() => streams.open(guest)).not.toThrow();
  });

  test("leave room for one more each time that one ends, and ending twice is ending once", () => {
    const streams = openStreams(2);
    const [first] = [streams.open(guest), streams.open(guest)];

    first();
    first();
    streams.open(guest);

    expect(() => streams.open(guest)).toThrow("limited to 2");
  });
});

const closing: (() => unknown)[] = [];
/** A stream that nobody holds any more may be closed at any moment, as garbage. */
const held: unknown[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  held.splice(0);
});

/** Both doors of one process, which allow two streams. */
async function served() {
  const streams = openStreams(2);
  const calls = {
    routes: (router: Parameters<Parameters<typeof rpcFetch>[0]["routes"]>[0]) =>
      router.service(InventoryService, scriptedInventory({ started: [], aborted: [] })),
    access: scriptedAccess,
    shutdownSignal: new AbortController().signal,
    log: silentLog,
  };
  const events = (request: Request) =>
    eventStream(
      async function* (signal) {
        yield { data: "first" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
      { context: contextOf(request), signal: request.signal },
    );
  const { server } = servedHttp({ handlers: [rpcFetch(calls), events], streams });
  const authenticate = authenticator("optional");
  const door = { port: 0, hostname: "127.0.0.1", serving: () => true };
  const grpc = await serveGrpc({ ...calls, ...door, authenticate, clock, random, streams });
  closing.push(
    () => server.stop(0),
    () => grpc.stop(0),
  );
  const overHttp = createConnectTransport({ httpVersion: "1.1", baseUrl: server.url });
  const overGrpc = createGrpcTransport({ baseUrl: `http://127.0.0.1:${grpc.port}` });
  return {
    url: server.url,
    http: createClient(InventoryService, overHttp),
    grpc: createClient(InventoryService, overGrpc),
  };
}

/** Watches until the first message, and then until it is told to stop. */
async function watching(client: Awaited<ReturnType<typeof served>>["http"], mood = "burger") {
  const stop = new AbortController();
  closing.push(() => stop.abort());
  const messages = client.watchStock({ skus: [mood] }, { signal: stop.signal });
  const iterator = messages[Symbol.asyncIterator]();
  held.push(iterator);
  await iterator.next();
  return { stop: () => stop.abort(), rest: iterator };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => ConnectError.from(error),
  );

describe("at both doors", () => {
  test("streams are counted together, and refused in the words of each", async () => {
    const { url, http, grpc } = await served();
    const inPage = new AbortController();
    held.push(await fetch(`${url}/stream`, { signal: inPage.signal }));
    await watching(http);

    const [third, byRpc, byGrpc] = [
      await fetch(`${url}/stream`),
      await codeOf(watching(http)),
      await codeOf(watching(grpc)),
    ];

    expect(third.status).toBe(429);
    expect(await third.json()).toMatchObject({
      code: "too_many_streams",
      detail: "open streams are limited to 2: end one first",
      streamsMax: 2,
    });
    for (const error of [byRpc, byGrpc]) {
      expect(error?.code).toBe(Code.ResourceExhausted);
      expect(error?.rawMessage).toBe("open streams are limited to 2: end one first");
    }
    inPage.abort();
    await eventually(() => watching(grpc).then(() => true));
  });

  test.each(["http", "grpc"] as const)(
    "a stream over %s that ended leaves room, however it ended",
    async (door) => {
      const client = (await served())[door];

      for (let round = 0; round < 3; round += 1) {
        const ended = await watching(client, "finite");
        expect((await ended.rest.next()).done).toBe(true);
        const failed = await watching(client, "broken");
        expect((await codeOf(failed.rest.next()))?.code).toBe(Code.Internal);
      }
      const [left] = [await watching(client), await watching(client)];
      expect((await codeOf(watching(client)))?.code).toBe(Code.ResourceExhausted);
      left.stop();

      await eventually(() => watching(client).then(() => true));
    },
  );

  test("calls that do not stream are not counted", async () => {
    const { http, grpc } = await served();
    for (const client of [http, grpc]) await watching(client);

    expect((await http.getStock({ sku: "burger" })).available).toBe(5n);
    expect((await grpc.getStock({ sku: "burger" })).available).toBe(5n);
  });
});
