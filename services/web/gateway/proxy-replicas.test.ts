import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { servedGateway } from "../testing/served-gateway.ts";

/** Tells its name to whoever asks, as the whole answer or as a stream that goes on. */
function replica(name: string) {
  const heard: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      heard.push(`${request.method} ${await request.text()}`.trim());
      if (!request.url.endsWith("/stream")) return new Response(name);
      const endless = new ReadableStream<string>({
        pull: (controller) => controller.enqueue(`data: ${name}\n\n`),
      });
      return new Response(endless, { headers: { "content-type": "text/event-stream" } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    heard,
    die: () => server.stop(true),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

const textOf = async (answer: Promise<Response>) => (await answer).text();

describe("the gateway before several replicas", () => {
  test("asks them in turn", async () => {
    await using one = replica("one");
    await using two = replica("two");
    await using gateway = servedGateway({ orders: [one.url, two.url] });

    const told: string[] = [];
    for (let call = 0; call < 4; call += 1)
      told.push(await textOf(fetch(`${gateway.url}/v1/orders`)));

    expect(told).toEqual(["one", "two", "one", "two"]);
  });

  test("goes on when one of them is killed, and tells nobody", async () => {
    const one = replica("one");
    await using two = replica("two");
    await using gateway = servedGateway({ orders: [one.url, two.url] });
    const order = (body: string) => fetch(`${gateway.url}/v1/orders`, { method: "POST", body });
    await textOf(order("before"));

    await one.die();

    for (let call = 0; call < 6; call += 1) {
      expect(await textOf(order(String(call)))).toBe("two");
      expect(await textOf(fetch(`${gateway.url}/orders.v1.OrdersService/GetOrder`))).toBe("two");
    }
    expect(two.heard.filter((heard) => heard.startsWith("POST"))).toEqual(
      ["0", "1", "2", "3", "4", "5"].map((body) => `POST ${body}`),
    );
  });

  test("opens a stream at another one", async () => {
    const one = replica("one");
    await using two = replica("two");
    await using gateway = servedGateway({ orders: [one.url, two.url] });
    await one.die();
    const left = new AbortController();

    const answer = await fetch(`${gateway.url}/v1/orders/1/stream`, { signal: left.signal });
    const first = await answer.body?.getReader().read();
    left.abort();

    expect(new TextDecoder().decode(first?.value)).toContain("data: two");
  });

  test("asks nobody else once a replica may have heard it", async () => {
    await using two = replica("two");
    const heard: string[] = [];
    const breaking = createServer((socket) =>
      socket
        .on("error", () => socket.destroy())
        .on("data", (data) => {
          heard.push(data.toString().split(" ")[0] ?? "");
          socket.destroy();
        }),
    );
    await new Promise<void>((listening) => breaking.listen(0, "127.0.0.1", listening));
    const address = breaking.address();
    const one = `http://127.0.0.1:${typeof address === "object" && address?.port}`;
    await using gateway = servedGateway({ orders: [one, two.url] });

    const answer = await fetch(`${gateway.url}/v1/orders`, { method: "POST", body: "{}" });
    breaking.close();

    expect(await answer.json()).toMatchObject({ code: "answer_lost", service: "orders" });
    expect([answer.status, heard, two.heard]).toEqual([502, ["POST"], []]);
  });

  test("says that the service is away when all of them are", async () => {
    const [one, two] = [replica("one"), replica("two")];
    await using gateway = servedGateway({ orders: [one.url, two.url] });
    await Promise.all([one.die(), two.die()]);

    const answer = await fetch(`${gateway.url}/v1/orders`);

    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: "service_away", service: "orders" });
  });
});
