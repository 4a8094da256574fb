import { describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { eventually } from "@app/platform/testing/eventually.ts";
import { servedGateway } from "../testing/served-gateway.ts";

describe("the gateway, handing on", () => {
  test("asks for the same path, query and body, with the caller's own headers", async () => {
    await using orders = service(async (request) => {
      const body = await request.text();
      return Response.json({ url: request.url, method: request.method, body });
    });
    await using gateway = servedGateway({ orders: orders.url });
    const path = "/v1/orders?userId=a%20b&sku=%C3%A4&sku=x+y";

    const response = await fetch(`${gateway.url}${path}`, { method: "POST", body: '{"a":1}' });

    expect(await response.json()).toEqual({
      // A service is asked by the name that the browser asked for.
      url: `${gateway.url}${path}`,
      method: "POST",
      body: '{"a":1}',
    });
  });

  test("says who called and in which trace, whatever the caller made up", async () => {
    await using orders = service((request) => Response.json(Object.fromEntries(request.headers)));
    await using gateway = servedGateway({ orders: orders.url });

    const response = await fetch(`${gateway.url}/v1/orders`, {
      headers: {
        "x-forwarded-for": "203.0.113.7",
        forwarded: "for=203.0.113.7",
        "x-real-ip": "203.0.113.7",
        "x-forwarded-host": "elsewhere.test",
        "x-request-id": "asked-1",
        traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
        authorization: "Bearer x",
        cookie: "a=1; b=2",
        "idempotency-key": "k",
      },
    });

    const heard = await response.json();
    expect(heard).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      "x-request-id": "asked-1",
      authorization: "Bearer x",
      cookie: "a=1; b=2",
      "idempotency-key": "k",
      host: `127.0.0.1:${gateway.port}`,
    });
    for (const name of ["forwarded", "x-real-ip", "x-forwarded-host"])
      expect(heard).not.toHaveProperty(name);
    expect(heard.traceparent).toStartWith(`00-${"a".repeat(32)}-`);
    expect(heard.traceparent).not.toContain("b".repeat(16));
    expect(response.headers.get("traceparent")).toContain("a".repeat(32));
    expect(response.headers.get("x-request-id")).toBe("asked-1");
  });

  test("keeps to itself what belongs to one connection", async () => {
    await using orders = service((request) => Response.json(Object.fromEntries(request.headers)));
    await using gateway = servedGateway({ orders: orders.url });

    const answer = await raw(
      gateway.port,
      [
        "GET /v1/orders HTTP/1.1",
        "Host: quickbite.test",
        "Connection: close, x-secret, x-forwarded-for, ()",
        "X-Secret: 1",
        "X-Kept: 1",
        "TE: trailers",
        "Upgrade: websocket",
        "Proxy-Authorization: Basic x",
      ].join("\r\n"),
    );

    expect(answer).toContain('"x-kept":"1"');
    expect(answer).toContain('"x-forwarded-for":"127.0.0.1"');
    expect(answer).toContain('"host":"quickbite.test"');
    expect(answer).not.toMatch(/x-secret|websocket|trailers|Basic x/);
  });

  test("gives back status, headers and every cookie, and neither follows nor unpacks", async () => {
    const packed = gzipSync("packed");
    await using orders = service(({ url }) => {
      if (url.endsWith("/1")) return new Response(null, { status: 204 });
      if (url.endsWith("/2")) return Response.redirect("http://elsewhere.test/", 303);
      if (url.endsWith("/3"))
        return new Response(packed, { headers: { "content-encoding": "gzip" } });
      const headers = new Headers({ location: "/v1/orders/1", "x-own": "1" });
      headers.append("set-cookie", "a=1; Path=/");
      headers.append("set-cookie", "b=2; Path=/api");
      return Response.json({ id: 1 }, { status: 202, headers });
    });
    await using gateway = servedGateway({ orders: orders.url });
    const ask = (path: string) =>
      fetch(`${gateway.url}${path}`, { redirect: "manual", decompress: false });

    const placed = await ask("/v1/orders");
    expect(placed.status).toBe(202);
    expect(placed.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2; Path=/api"]);
    expect(placed.headers.get("location")).toBe("/v1/orders/1");
    expect(placed.headers.get("x-own")).toBe("1");
    expect(await placed.json()).toEqual({ id: 1 });
    expect((await ask("/v1/orders/1")).status).toBe(204);
    const redirect = await ask("/v1/orders/2");
    expect([redirect.status, redirect.headers.get("location")]).toEqual([
      303,
      "http://elsewhere.test/",
    ]);
    expect(Buffer.from(await (await ask("/v1/orders/3")).bytes())).toEqual(packed);
  });

  test("asks nobody but the services, however the request is written", async () => {
    await using orders = service(({ url }) => new Response(url));
    await using gateway = servedGateway({ orders: orders.url });
    const first = (line: string, host = "Host: quickbite.test") =>
      raw(gateway.port, `${line}\r\n${host}\r\nConnection: close`);

    expect(await first("GET http://elsewhere.test/v1/orders HTTP/1.1")).toContain(
      "http://quickbite.test/v1/orders",
    );
    expect(await first("GET //elsewhere.test/v1/orders HTTP/1.1")).toContain("400 Bad Request");
    expect(await first("GET /v1/orders/..%2f..%2fops/v1/audit HTTP/1.1")).toContain("400");
    for (const hosts of ["Host: a\r\nHost: b", "Host: a/ops/orders", "Host: a b", "Host: a@b"])
      expect(await first("GET /v1/orders HTTP/1.1", hosts)).toContain("400");
    expect(await first("TRACE /v1/orders HTTP/1.1")).not.toContain("200 OK");
    expect(await first("CONNECT elsewhere.test:443 HTTP/1.1")).not.toContain("200 OK");
    // The runtime resolves the way up first, and what it leads to is judged.
    expect(await first("GET /v1/orders/../../ops/v1/audit HTTP/1.1")).toContain("404 Not Found");
  });

  test("does not hand on a body that is too large", async () => {
    let asked = 0;
    await using orders = service(() => {
      asked += 1;
      return new Response();
    });
    await using gateway = servedGateway({ orders: orders.url });
    const send = (body: BodyInit) => fetch(`${gateway.url}/v1/orders`, { method: "POST", body });

    expect((await send("x".repeat(64 * 1024))).status).toBe(200);
    const refused = await send("x".repeat(64 * 1024 + 1));
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ code: "body_too_large" });
    expect(asked).toBe(1);
  });
});

describe("a service that does not answer", () => {
  test("is named, with a time to come back and a trace to ask about", async () => {
    await using gateway = servedGateway({});

    const response = await fetch(`${gateway.url}/v1/items`);

    const problem = await response.json();
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("retry-after")).toBe("1");
    expect(problem).toMatchObject({
      code: "service_away",
      detail: "inventory does not answer",
      service: "inventory",
    });
    expect(response.headers.get("traceparent")).toContain(problem.traceId);
    expect(gateway.lines.map(({ level, message }) => [level, message])).toEqual([
      ["warn", "request failed"],
    ]);
  });

  test("is told to clients of Connect and gRPC-Web in their own words", async () => {
    await using gateway = servedGateway({});
    const call = (type: string) =>
      fetch(`${gateway.url}/orders.v1.OrdersService/GetOrder`, {
        method: "POST",
        headers: { "content-type": type },
        body: "{}",
      });

    const unary = await call("application/json");
    expect(unary.status).toBe(503);
    expect(await unary.json()).toMatchObject({
      code: "unavailable",
      message: "orders does not answer",
    });
    const stream = await call("application/connect+json");
    expect(stream.status).toBe(200);
    expect(await stream.text()).toContain('"code":"unavailable"');
    expect((await call("application/grpc-web+proto")).headers.get("grpc-status")).toBe("14");
  });

  test("is not asked again for what may have been done", async () => {
    const requests: string[] = [];
    await using orders = await rawService((text, socket) => {
      requests.push(text.slice(0, text.indexOf(" ")));
      socket.destroy();
    });
    await using gateway = servedGateway({ orders: orders.url });

    const response = await fetch(`${gateway.url}/v1/orders`, { method: "POST", body: "{}" });

    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: "answer_lost", service: "orders" });
    expect(requests).toEqual(["POST"]);
  });

  test("that says more than an answer can hold is cut off", async () => {
    const piece = new Uint8Array(1024 * 1024);
    let given = 0;
    await using orders = service(
      () =>
        new Response(
          new ReadableStream<Uint8Array>({
            pull(controller) {
              given += 1;
              controller.enqueue(piece);
            },
          }),
        ),
    );
    await using gateway = servedGateway({ orders: orders.url });

    const response = await fetch(`${gateway.url}/v1/orders`);

    expect(response.status).toBe(502);
    expect(given).toBeGreaterThan(15);
  });

  test("gives no half answer", async () => {
    await using orders = await rawService((_, socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"orders":[');
    });
    await using gateway = servedGateway({ orders: orders.url });

    const response = await fetch(`${gateway.url}/v1/orders`);

    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ code: "answer_lost" });
  });

  test("is found out when it hangs, long before the longest answer would be late", async () => {
    await using orders = await rawService(() => undefined);
    await using gateway = servedGateway({ orders: orders.url }, { patienceMs: 20 });

    const response = await fetch(`${gateway.url}/v1/orders/1`);

    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ code: "service_late", service: "orders" });
  });

  test("is waited for while it is there, until it is too late", async () => {
    const waiting = Promise.withResolvers<Response>();
    let lookedAfter = 0;
    await using orders = service(({ url }) => {
      if (!url.endsWith("/healthz")) return waiting.promise;
      lookedAfter += 1;
      if (lookedAfter === 3) waiting.resolve(new Response("at last"));
      return new Response("ok");
    });
    await using gateway = servedGateway({ orders: orders.url }, { patienceMs: 20 });

    expect(await (await fetch(`${gateway.url}/v1/orders/1`)).text()).toBe("at last");

    await using never = service(({ url }) =>
      url.endsWith("/healthz") ? new Response("ok") : new Promise<Response>(() => undefined),
    );
    await using impatient = servedGateway({ orders: never.url }, { answerMs: 50 });
    const late = await fetch(`${impatient.url}/v1/orders/1`);
    expect([late.status, late.headers.get("retry-after")]).toEqual([504, "5"]);
  });
});

interface Upstream extends AsyncDisposable {
  readonly url: string;
}

/** What a service might be, on a socket of its own. */
function service(answer: (request: Request) => Response | Promise<Response>): Upstream {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  return {
    url: `http://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** One that speaks as no server of ours would: given each first piece of a connection as it came. */
async function rawService(heard: (text: string, socket: Socket) => void): Promise<Upstream> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => heard(data.toString(), socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address?.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Sends a head as it is written, and gives what came back. */
async function raw(port: number, head: string): Promise<string> {
  let answer = "";
  let ended = false;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, data) => {
        answer += data.toString();
      },
      close: () => {
        ended = true;
      },
    },
  });
  socket.write(`${head}\r\n\r\n`);
  await eventually(() => {
    // A connection that stays open has given its whole answer when its text ends.
    if (!ended && !/\r\n\r\n[\s\S]+/.test(answer)) throw new Error(`no answer yet: ${answer}`);
  });
  socket.end();
  return answer;
}
