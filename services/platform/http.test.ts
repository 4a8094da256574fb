import { describe, expect, test } from "bun:test";
import { type Authenticate, authenticator } from "./auth.ts";
import { systemClock } from "./clock.ts";
import { elysiaHandler, httpApp } from "./elysia-app.ts";
import { Refusal } from "./errors.ts";
import { contextOf } from "./request-context.ts";
import { currentSpan } from "./telemetry.ts";
import { servedHttp } from "./testing/served-http.ts";

describe("serveHttp", () => {
  test("lets the first handler that answers win, and has a problem for the rest", async () => {
    await using served = servedHttp({
      handlers: [
        ({ url }) => (url.endsWith("/a") ? new Response("first") : undefined),
        async ({ url }) => (url.endsWith("/z") ? undefined : new Response("second")),
      ],
    });
    const { server } = served;

    expect(await (await fetch(`${server.url}/a`)).text()).toBe("first");
    expect(await (await fetch(`${server.url}/b`)).text()).toBe("second");
    const missing = await fetch(`${server.url}/z`);
    expect(missing.status).toBe(404);
    expect(missing.headers.get("content-type")).toBe("application/problem+json");
    expect(await missing.json()).toEqual({
      type: "/problems/not_found",
      title: "There is no such thing",
      status: 404,
      detail: "not found",
      code: "not_found",
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  test("continues the caller's trace and request id, and starts its own otherwise", async () => {
    await using served = servedHttp({ handlers: [() => Response.json(currentSpan())] });
    const { server, lines } = served;
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    const traced = await fetch(server.url, { headers: { traceparent, "x-request-id": "r-1" } });
    const fresh = await fetch(server.url, { headers: { "x-request-id": "bad id" } });

    expect(await traced.json()).toMatchObject({ traceId: "4bf92f3577b34da6a3ce929d0e0e4736" });
    expect(traced.headers.get("traceparent")).toStartWith("00-4bf92f3577b34da6a3ce929d0e0e4736-");
    expect(traced.headers.get("x-request-id")).toBe("r-1");
    expect(fresh.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines[0]).toMatchObject({ message: "request", status: 200, requestId: "r-1" });
  });

  test("tells a refusal in full and a fault not at all", async () => {
    await using served = servedHttp({
      handlers: [
        ({ url }) => {
          if (url.endsWith("/fault")) throw new Error("canary: table orders");
          throw new Refusal("insufficient", "insufficient_stock", "insufficient stock", {
            details: { id: 1, missing: ["burger"], status: 200 },
          });
        },
      ],
    });
    const { server, lines } = served;

    const refused = await fetch(`${server.url}/refused`);
    const failed = await fetch(`${server.url}/fault`);
    const failure = await failed.text();

    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      status: 409,
      code: "insufficient_stock",
      detail: "insufficient stock",
      id: 1,
      missing: ["burger"],
    });
    expect(failed.status).toBe(500);
    expect(failure).toContain('"detail":"internal error"');
    expect(failure).not.toContain("canary");
    expect(lines[1]).toMatchObject({ level: "error", err: { message: "canary: table orders" } });
  });

  test("says that the database is away, with when to come again", async () => {
    await using served = servedHttp({
      handlers: [
        () => {
          const cause = Object.assign(new Error("write"), { code: "CONNECTION_CLOSED" });
          throw new Error("Failed query", { cause });
        },
      ],
    });
    const { server, lines } = served;

    const response = await fetch(server.url);

    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(await response.json()).toMatchObject({ detail: "database unavailable" });
    expect(lines[0]).toMatchObject({ level: "warn", message: "request failed" });
  });

  test("sets security headers but keeps those of the handler", async () => {
    await using served = servedHttp({
      handlers: [() => new Response("x", { headers: { "cache-control": "max-age=60" } })],
    });
    const { server } = served;

    const { headers } = await fetch(server.url);

    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("cache-control")).toBe("max-age=60");
  });

  test("writes one line per request without its query", async () => {
    await using served = servedHttp({ handlers: [() => new Response("x")] });
    const { server, lines } = served;

    await fetch(`${server.url}/v1/orders?userId=canary`);

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: "info", method: "GET", path: "/v1/orders" });
    expect(JSON.stringify(lines)).not.toContain("canary");
  });

  test("refuses a port that is taken, by its number", async () => {
    await using served = servedHttp({});
    const { server } = served;

    expect(() => servedHttp({ port: server.port })).toThrow(
      `port ${server.port} on 127.0.0.1 is taken`,
    );
  });
});

describe("callers", () => {
  test("without a token get what is public by required, and 401 from everything else", async () => {
    const app = httpApp({ "GET /menu": "public", "GET /mine": "user" })
      .get("/menu", () => "soup")
      .get("/mine", () => "soup");
    const authenticate = authenticator("required");
    await using served = servedHttp({ authenticate, handlers: [elysiaHandler(app)] });
    const { server } = served;

    const refused = await fetch(`${server.url}/mine`);

    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
    expect((await fetch(`${server.url}/menu`)).status).toBe(200);
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test("are limited each by themselves, and health never", async () => {
    const authenticate: Authenticate = async ({ headers }) => {
      const subject = headers.get("x-subject");
      const caller = subject === null ? undefined : { subject, roles: [] };
      return { caller, refusedCredential: undefined, guests: "unprivileged" };
    };
    await using served = servedHttp({
      authenticate,
      handlers: [() => new Response("x")],
      limits: { ratePerSecond: 2 },
    });
    const { server } = served;
    const call = (subject: string) => fetch(server.url, { headers: { "x-subject": subject } });

    // So many that a busy machine cannot spread them over as many seconds as it would take.
    const calls = await Promise.all(Array.from({ length: 30 }, () => call("a")));
    const others = await Promise.all([call("b"), fetch(server.url)]);
    const refused = calls.find(({ status }) => status === 429);

    expect(calls.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect(others.map(({ status }) => status)).toEqual([200, 200]);
    expect(refused?.headers.get("retry-after")).toBe("1");
    expect(await refused?.json()).toMatchObject({ detail: "too many requests" });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test("are counted by network address before a token is looked at", async () => {
    let verified = 0;
    const authenticate = authenticator("optional", async () => {
      verified += 1;
      throw new Refusal("unauthenticated", "token_invalid", "invalid token");
    });
    await using served = servedHttp({
      authenticate,
      handlers: [() => new Response("x")],
      limits: { ratePerSecond: 2 },
    });
    const headers = { authorization: "Bearer forged" };

    const calls = await Promise.all(
      Array.from({ length: 30 }, () => fetch(served.server.url, { headers })),
    );

    expect(verified).toBeWithin(2, 30);
    expect(calls.map(({ status }) => status)).toContain(429);
  });

  test("from one IPv6 network share its turns", async () => {
    await using served = servedHttp({
      callerAddress: (_peer, headers) => headers.get("x-from") ?? "",
      handlers: [() => new Response("x")],
      limits: { ratePerSecond: 2 },
    });
    const call = async (from: string) =>
      (await fetch(served.server.url, { headers: { "x-from": from } })).status;

    const statuses = await Promise.all(
      Array.from({ length: 30 }, (_, host) => call(`2001:db8::${host + 1}`)),
    );

    expect(statuses).toContain(429);
    expect(await call("2001:db8:0:1::1")).toBe(200);
  });
});

describe("deadlines", () => {
  test("answer 503 and tell the work that nobody waits", async () => {
    const told = Promise.withResolvers<void>();
    await using served = servedHttp({
      limits: { deadlineMs: 50 },
      handlers: [
        async (request) => {
          contextOf(request).signal.addEventListener("abort", () => told.resolve());
          await told.promise;
          return new Response("late");
        },
      ],
    });
    const { server } = served;

    const response = await fetch(server.url);

    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ detail: "deadline exceeded" });
    await told.promise;
  });

  test("can be extended by a request that waits on purpose", async () => {
    await using served = servedHttp({
      limits: { deadlineMs: 100 },
      handlers: [
        async (request) => {
          contextOf(request).extendDeadline(5_000);
          await systemClock.sleep(200);
          return new Response("waited");
        },
      ],
    });
    const { server } = served;

    expect(await (await fetch(server.url)).text()).toBe("waited");
  });
});

describe("stop", () => {
  test("lets what is in flight finish and takes no new connection", async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await using served = servedHttp({
      handlers: [
        async () => {
          entered.resolve();
          await release.promise;
          return new Response("finished");
        },
      ],
    });
    const { server } = served;

    const inFlight = fetch(server.url);
    await entered.promise;
    const stopping = server.stop(5_000);
    await expect(fetch(server.url)).rejects.toThrow();
    release.resolve();

    expect(await (await inFlight).text()).toBe("finished");
    await stopping;
  });

  test("cuts what outlives the grace period", async () => {
    const entered = Promise.withResolvers<void>();
    await using served = servedHttp({
      handlers: [
        () => {
          entered.resolve();
          return new Promise<Response>(() => undefined);
        },
      ],
    });
    const { server, lines } = served;

    const inFlight = fetch(server.url).catch(() => "cut");
    await entered.promise;
    await server.stop(20);

    expect(await inFlight).toBe("cut");
    expect(lines.map(({ message }) => message)).toContain(
      "requests cut at the end of the grace period",
    );
  });
});

describe("an Elysia app behind the wrapper", () => {
  test("has its faults in the log, once, and its problems in the caller's trace", async () => {
    const app = httpApp({ "GET /v1/fault": "user", "GET /v1/caller": "user" })
      .get("/v1/fault", () => {
        throw new Error("canary");
      })
      .get("/v1/caller", ({ request }) => contextOf(request).requestId);
    await using served = servedHttp({ handlers: [elysiaHandler(app)] });
    const { server, lines } = served;

    const fault = await fetch(`${server.url}/v1/fault`);
    const known = await fetch(`${server.url}/v1/caller`, { headers: { "x-request-id": "r-7" } });

    expect(await fault.json()).toMatchObject({
      code: "internal_error",
      traceId: expect.any(String),
    });
    expect(await known.text()).toBe("r-7");
    expect(lines.map(({ level }) => level)).toEqual(["error", "info"]);
    expect(lines[0]).toMatchObject({ err: { message: "canary" }, path: "/v1/fault", status: 500 });
  });
});
