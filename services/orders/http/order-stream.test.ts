import { describe, expect, test } from "bun:test";
import { rejected, reserved } from "../testing/news.ts";
import { replicaOn, type Served, served } from "../testing/served.ts";

const burger = { userId: "u1", sku: "burger", quantity: 2 };

interface Event {
  readonly id: string | undefined;
  readonly status: string;
}

/** The events of a stream, one at a time; undefined at its end. */
function eventsOf(response: Response): () => Promise<Event | undefined> {
  const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  return async () => {
    // Heartbeats and the retry hint come in between; a test's own time limit ends a stream of them.
    for (;;) {
      const chunk = await chunks?.read();
      if (!chunk || chunk.done) return undefined;
      const data = /^data: (.*)$/m.exec(chunk.value)?.[1];
      if (data)
        return { id: /^id: (.*)$/m.exec(chunk.value)?.[1], status: JSON.parse(data).status };
    }
  };
}

async function streamOf(orders: Pick<Served, "open">, lastEventId?: string) {
  const headers: Record<string, string> =
    lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const response = await orders.open("GET", "/v1/orders/1/stream", { headers });
  return { response, next: eventsOf(response) };
}

describe("GET /v1/orders/{id}/stream", () => {
  test("sends the present state, then each change, and ends with the decision", async () => {
    await using orders = await served();
    await orders.call("POST", "/v1/orders", { body: burger });
    const { response, next } = await streamOf(orders);

    expect(response.headers.get("content-type")).toStartWith("text/event-stream");
    expect(await next()).toEqual({ id: "1", status: "PENDING" });
    await orders.consume(reserved(1n));
    expect(await next()).toEqual({ id: "2", status: "CONFIRMED" });
    expect(await next()).toBeUndefined();
  });

  test("sees what another replica changed, also when no hint comes through", async () => {
    await using orders = await served();
    const other = replicaOn(orders.pool);
    await orders.call("POST", "/v1/orders", { body: burger });
    const { next } = await streamOf(orders);
    expect((await next())?.status).toBe("PENDING");

    await other.consume(rejected(1n));

    expect(await next()).toEqual({ id: "2", status: "CANCELLED" });
    other.shutDown();
  });

  test("ends at once for an order that is decided", async () => {
    await using orders = await served();
    await orders.call("POST", "/v1/orders", { body: burger });
    await orders.consume(rejected(1n));
    const { next } = await streamOf(orders, "1");

    expect(await next()).toEqual({ id: "2", status: "CANCELLED" });
    expect(await next()).toBeUndefined();
  });

  test("tells a reader that has seen the decision to stop", async () => {
    await using orders = await served();
    await orders.call("POST", "/v1/orders", { body: burger });
    await orders.consume(reserved(1n));

    const { response } = await streamOf(orders, "2");

    expect(response.status).toBe(204);
  });

  test("sends a reader that has seen the present state only what comes after it", async () => {
    await using orders = await served();
    await orders.call("POST", "/v1/orders", { body: burger });
    const { next } = await streamOf(orders, "1");
    const event = next();

    await orders.consume(reserved(1n));

    expect(await event).toEqual({ id: "2", status: "CONFIRMED" });
  });

  test.each(["0", "-1", "99", "abc", "1e1", ""])(
    "starts anew for a reader whose last id is %j",
    async (id) => {
      await using orders = await served();
      await orders.call("POST", "/v1/orders", { body: burger });
      const { next } = await streamOf(orders, id);

      expect(await next()).toEqual({ id: "1", status: "PENDING" });
    },
  );

  test("ends for a reader that is gone before it has read", async () => {
    await using orders = await served();
    await orders.call("POST", "/v1/orders", { body: burger });
    const gone = new AbortController();
    const response = await orders.open("GET", "/v1/orders/1/stream", { signal: gone.signal });

    gone.abort();

    expect(await eventsOf(response)()).toBeUndefined();
  });

  test("ends when the service stops, and takes no new reader then", async () => {
    await using orders = await served();
    await orders.call("POST", "/v1/orders", { body: burger });
    const { next } = await streamOf(orders);
    await next();

    orders.shutDown();

    expect(await next()).toBeUndefined();
    expect((await streamOf(orders)).response.status).toBe(503);
  });
});
