import { describe, expect, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { servedGateway } from "../testing/served-gateway.ts";

describe("a stream through the gateway", () => {
  test("passes each piece on as it comes", async () => {
    await using orders = streaming();
    await using gateway = servedGateway({ orders: orders.url });

    const reader = await open(`${gateway.url}/v1/orders/1/stream`);

    for (const text of ["data: 1\n\n", "data: 2\n\n"]) {
      orders.say(text);
      expect(await reader.next()).toBe(text);
    }
    expect(gateway.proxy.streams).toBe(1);
    orders.end();
    expect(await reader.next()).toBeUndefined();
    await eventually(() => expect(gateway.proxy.streams).toBe(0));
  });

  test("ends at the service when the caller is gone, before its first piece too", async () => {
    for (const pieces of [1, 0]) {
      await using orders = streaming();
      await using gateway = servedGateway({ orders: orders.url });
      const reader = await open(`${gateway.url}/v1/orders/1/stream`);
      if (pieces > 0) {
        orders.say("data: 1\n\n");
        await reader.next();
      }

      reader.leave();

      await eventually(() => expect(orders.left()).toBe(1));
      await eventually(() => expect(gateway.proxy.streams).toBe(0));
    }
  });

  test("ends at the caller when the service breaks off", async () => {
    await using orders = streaming();
    await using gateway = servedGateway({ orders: orders.url });
    const reader = await open(`${gateway.url}/v1/orders/1/stream`);
    orders.say("data: 1\n\n");
    await reader.next();

    await orders.kill();

    expect(await reader.next()).toBeUndefined();
    await eventually(() => expect(gateway.proxy.streams).toBe(0));
  });

  test("ends on both sides when the gateway stops", async () => {
    await using orders = streaming();
    await using gateway = servedGateway({ orders: orders.url });
    const reader = await open(`${gateway.url}/v1/orders/1/stream`);

    gateway.proxy.close();

    expect(await reader.next()).toBeUndefined();
    await eventually(() => expect(orders.left()).toBe(1));
    const late = await fetch(`${gateway.url}/v1/orders/1/stream`);
    expect(late.status).toBe(503);
    expect(await late.json()).toMatchObject({ code: "gateway_stopping" });
    await eventually(() => expect(orders.left()).toBe(2));
  });

  test("is refused when too many are open, and let in again when one has ended", async () => {
    await using orders = streaming();
    await using gateway = servedGateway({ orders: orders.url }, { streamsMax: 1 });
    const first = await open(`${gateway.url}/v1/orders/1/stream`);

    const second = await fetch(`${gateway.url}/v1/orders/1/stream`);
    expect(second.status).toBe(503);
    expect(await second.json()).toMatchObject({ code: "streams_full" });
    await eventually(() => expect(orders.left()).toBe(1));

    first.leave();
    await eventually(async () => {
      const again = await open(`${gateway.url}/v1/orders/1/stream`);
      again.leave();
    });
  });

  test("keeps a call of Connect's open as well", async () => {
    await using inventory = streaming("application/connect+proto");
    await using gateway = servedGateway({ inventory: inventory.url });

    const reader = await open(`${gateway.url}/inventory.v1.InventoryService/WatchStock`, {
      method: "POST",
      body: "x",
    });

    inventory.say("piece");
    expect(await reader.next()).toBe("piece");
    reader.leave();
    await eventually(() => expect(inventory.left()).toBe(1));
  });
});

/** A service whose answers go on, and say what they are told to. */
function streaming(type = "text/event-stream") {
  const open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const encoder = new TextEncoder();
  let gone = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: () => {
      let own: ReadableStreamDefaultController<Uint8Array>;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          own = controller;
          open.add(own);
          // Headers leave with the first piece.
          controller.enqueue(encoder.encode(": open\n\n"));
        },
        cancel() {
          open.delete(own);
          gone += 1;
        },
      });
      return new Response(body, { headers: { "content-type": type } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    /** How many answers were given up by whoever asked. */
    left: () => gone,
    say: (text: string) => {
      for (const controller of open) controller.enqueue(encoder.encode(text));
    },
    end: () => {
      for (const controller of open) controller.close();
      open.clear();
    },
    kill: () => server.stop(true),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

interface Reader {
  /** The next piece; undefined at the end, however it came. */
  next(): Promise<string | undefined>;
  leave(): void;
}

/** Opens a stream, which says so itself, and reads it piece by piece. */
async function open(url: string, init: RequestInit = {}): Promise<Reader> {
  const leaving = new AbortController();
  const response = await fetch(url, { ...init, signal: leaving.signal });
  expect(response.status).toBe(200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => {
    const piece = await reader?.read().catch(() => undefined);
    return piece?.value;
  };
  expect(await next()).toBe(": open\n\n");
  return { next, leave: () => leaving.abort() };
}
