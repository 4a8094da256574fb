import { describe, expect, test } from "bun:test";
import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { z } from "zod";
import { authenticator } from "./auth.ts";
import { readConfig } from "./config.ts";
import { corsFor } from "./cors.ts";
import { Refusal } from "./errors.ts";
import { silentLog } from "./log.ts";
import { contextOf } from "./request-context.ts";
import { rpcFetch } from "./rpc-fetch.ts";
import { eventStream } from "./server-sent-events.ts";
import { origins } from "./settings.ts";
import { scriptedAccess, scriptedInventory } from "./testing/scripted-inventory.ts";
import { servedHttp } from "./testing/served-http.ts";

const shop = "https://shop.test";

/** A service with a route, a call and a stream, which the pages of `allowed` may ask. */
function served(allowed: readonly string[]) {
  const calls = rpcFetch({
    routes: (router) =>
      router.service(InventoryService, scriptedInventory({ started: [], aborted: [] })),
    access: scriptedAccess,
    shutdownSignal: new AbortController().signal,
    log: silentLog,
  });
  const routes = (request: Request) => {
    if (request.url.endsWith("/stream"))
      return eventStream(
        async function* () {
          yield { data: 1 };
        },
        { context: contextOf(request), signal: request.signal },
      );
    if (request.url.endsWith("/refused")) throw new Refusal("conflict", "no", "no");
    return Response.json({}, { headers: { vary: "Accept" } });
  };
  return servedHttp({ cors: corsFor(allowed), handlers: [calls, routes] });
}

const asking = (origin: string, method = "POST") => ({
  method: "OPTIONS",
  headers: {
    origin,
    "access-control-request-method": method,
    "access-control-request-headers": "authorization,idempotency-key",
  },
});

const said = (headers: Headers) =>
  [...headers].filter(([name]) => name.startsWith("access-control-")).map(([name]) => name);

describe("a page of another origin", () => {
  test("that is allowed is told so before it sends, whatever the path", async () => {
    await using service = served([shop]);
    const { url } = service.server;

    for (const path of ["/v1/things", "/inventory.v1.InventoryService/GetStock", "/stream"]) {
      const { status, headers } = await fetch(`${url}${path}`, asking(shop, "PATCH"));
      expect(status).toBe(204);
      expect(headers.get("access-control-allow-origin")).toBe(shop);
      expect(headers.get("access-control-allow-credentials")).toBe("true");
      expect(headers.get("access-control-allow-methods")).toContain("PATCH");
      const names = headers.get("access-control-allow-headers")?.toLowerCase().split(", ");
      expect(names).toEqual(expect.arrayContaining(["authorization", "idempotency-key"]));
      expect(names).toEqual(expect.arrayContaining(["connect-protocol-version", "x-grpc-web"]));
      expect(headers.get("vary")).toContain("Origin");
    }
  });

  test("reads answers, refusals, calls and streams, and the headers that count", async () => {
    await using service = served([shop]);
    const { url } = service.server;
    const call = { method: "POST", body: "{}" };

    for (const [path, init] of [
      ["/v1/things", {}],
      ["/refused", {}],
      ["/stream", {}],
      ["/inventory.v1.InventoryService/GetStock", call],
      ["/inventory.v1.InventoryService/Nowhere", call],
    ] as const) {
      const headers = { origin: shop, "content-type": "application/json" };
      const response = await fetch(`${url}${path}`, { ...init, headers });
      await response.body?.cancel();
      expect(response.headers.get("access-control-allow-origin")).toBe(shop);
      const exposed = response.headers.get("access-control-expose-headers")?.toLowerCase();
      for (const name of ["location", "retry-after", "idempotency-replayed", "grpc-status"])
        expect(exposed).toContain(name);
    }
    const thing = await fetch(`${url}/v1/things`, { headers: { origin: shop } });
    expect(thing.headers.get("vary")).toBe("Accept, Origin");
  });

  test.each([
    "https://shop.test.evil.test",
    "https://shop.test:8443",
    "http://shop.test",
    "null",
    "*",
  ])("such as %s is told nothing", async (origin) => {
    await using service = served([shop]);
    const { url } = service.server;

    const before = await fetch(`${url}/v1/things`, asking(origin));
    const answer = await fetch(`${url}/v1/things`, { headers: { origin } });

    expect([...said(before.headers), ...said(answer.headers)]).toEqual([]);
    expect(answer.headers.get("vary")).toBe("Accept, Origin");
  });

  test("is told nothing where none is allowed", async () => {
    await using service = served([]);
    const { url } = service.server;

    const before = await fetch(`${url}/v1/things`, asking(shop));
    const answer = await fetch(`${url}/v1/things`, { headers: { origin: shop } });

    expect([...said(before.headers), ...said(answer.headers)]).toEqual([]);
    expect(answer.headers.get("vary")).toBe("Accept");
  });

  test("changes something by a cookie only when it is allowed", async () => {
    const identify = authenticator("required", async () => ({ subject: "ada", roles: [] }), [shop]);
    const ask = (origin: string) =>
      identify(
        new Request("https://api.shop.test/v1/things", {
          method: "POST",
          headers: { origin, cookie: "quickbite_session=x", "sec-fetch-site": "same-site" },
        }),
      );

    expect((await ask(shop)).caller?.subject).toBe("ada");
    expect((await ask("https://blog.shop.test")).refusedCredential?.reason).toBe("cross_origin");
  });
});

describe("the setting", () => {
  const read = (list: string) =>
    readConfig(z.object({ CORS_ORIGINS: origins() }), { CORS_ORIGINS: list }).CORS_ORIGINS;

  test("is a list of origins as browsers name them", () => {
    expect(read("https://shop.test, http://127.0.0.1:5173")).toEqual([
      "https://shop.test",
      "http://127.0.0.1:5173",
    ]);
  });

  test.each([
    ...["*", "null", "shop.test", "https://shop.test/", "https://SHOP.test"],
    ...["https://shop.test:443", "https://*.shop.test", "https://shop.test,", "file:///a"],
  ])("does not take %s", (list) => {
    expect(() => read(list)).toThrow("must be a comma list of origins");
  });
});
