import { describe, expect, test } from "bun:test";
import { servedGateway } from "../testing/served-gateway.ts";

const navigation = { "sec-fetch-mode": "navigate", accept: "text/html,*/*;q=0.8" };

describe("the gateway's pages and files", () => {
  test("are sent to a browser under every address, the console's below /console", async () => {
    await using gateway = servedGateway({});
    const titleAt = async (path: string) => {
      const response = await fetch(`${gateway.url}${path}`, { headers: navigation });
      return [response.status, /<title>(.*)<\/title>/.exec(await response.text())?.[1]];
    };

    for (const path of ["/", "/events/1/book", "/v1/orders", "/nowhere"])
      expect(await titleAt(path)).toEqual([200, "customer"]);
    for (const path of ["/console", "/console/dead-letters/7"])
      expect(await titleAt(path)).toEqual([200, "console"]);
  });

  test("may run nothing but what is of this site", async () => {
    await using gateway = servedGateway({});

    const { headers } = await fetch(`${gateway.url}/`);

    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers.get("permissions-policy")).toContain("camera=(self)");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("vary")).toContain("sec-fetch-mode");
    expect(headers.has("strict-transport-security")).toBe(false);
  });

  test("are to be asked for by TLS from then on, behind a proxy that speaks it", async () => {
    await using gateway = servedGateway({});

    const { headers } = await fetch(`${gateway.url}/`, {
      headers: { "x-forwarded-proto": "https" },
    });

    expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d{7,}/);
  });

  test("are asked for again only where they may have changed", async () => {
    await using gateway = servedGateway({});
    const cached = async (path: string) =>
      (await fetch(`${gateway.url}${path}`)).headers.get("cache-control");

    expect(await cached("/")).toBe("no-cache");
    expect(await cached("/favicon.svg")).toBe("no-cache");
    expect(await cached("/assets/customer-1.js")).toContain("immutable");
  });

  test("are not sent again to whoever has them", async () => {
    await using gateway = servedGateway({});
    const again = async (path: string, mark: string) => {
      const headers = { "if-none-match": mark };
      return (await fetch(`${gateway.url}${path}`, { headers })).status;
    };

    expect(await again("/", 'W/"customer"')).toBe(304);
    expect(await again("/favicon.svg", '"other", "icon"')).toBe(304);
    expect(await again("/favicon.svg", "*")).toBe(304);
    expect(await again("/favicon.svg", 'W/"customer"')).toBe(200);
  });

  test("are sent in the best form that is taken", async () => {
    await using gateway = servedGateway({});
    const form = async (encoding: string, path = "/assets/customer-1.js") => {
      const headers = { "accept-encoding": encoding };
      const response = await fetch(`${gateway.url}${path}`, { headers, decompress: false });
      await response.bytes();
      expect(response.headers.get("vary")).toContain("accept-encoding");
      return response.headers.get("content-encoding");
    };

    expect(await form("gzip, deflate, br, zstd")).toBe("br");
    expect(await form("gzip;q=0.5, br;q=0")).toBe("gzip");
    expect(await form("identity")).toBeNull();
    expect(await form("br", "/favicon.svg")).toBeNull();
    const unpacked = await fetch(`${gateway.url}/assets/customer-1.js`, {
      headers: { "accept-encoding": "gzip" },
    });
    expect(await unpacked.text()).toStartWith("export const much");
  });

  test("are read and not written", async () => {
    await using gateway = servedGateway({});

    const written = await fetch(`${gateway.url}/favicon.svg`, { method: "POST", body: "x" });
    expect([written.status, written.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    const head = await fetch(`${gateway.url}/`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("are not made up", async () => {
    await using gateway = servedGateway({});

    for (const path of ["/nowhere", "/assets/customer-2.js", "/customer.html", "/../config.ts"]) {
      const response = await fetch(`${gateway.url}${path}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: "not_found" });
    }
  });
});

describe("a caller's own things", () => {
  const token = (claims: object) =>
    `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
  const asked = () =>
    Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: ({ url }) => new Response(url) });

  test("are those of whom the token names, whatever else is asked for", async () => {
    using orders = asked();
    await using gateway = servedGateway({ orders: `http://127.0.0.1:${orders.port}` });
    const ask = async (headers: Record<string, string>) => {
      const url = `${gateway.url}/api/me/orders?limit=2&userId=mallory`;
      return new URL(await (await fetch(url, { headers })).text());
    };

    for (const headers of [
      { authorization: `Bearer ${token({ sub: "ada" })}` },
      { cookie: `quickbite_session=${token({ sub: "ada" })}` },
    ]) {
      const { pathname, searchParams } = await ask(headers);
      expect(pathname).toBe("/v1/orders");
      expect(Object.fromEntries(searchParams)).toEqual({ limit: "2", userId: "ada" });
    }
  });

  test.each([
    ["nobody", undefined],
    ["a token that names nobody", `Bearer ${token({})}`],
    ["a token that is none", "Bearer x"],
    ["another credential", "Basic x"],
  ])("are not shown to %s", async (_, authorization) => {
    using bookings = asked();
    await using gateway = servedGateway({ bookings: `http://127.0.0.1:${bookings.port}` });
    const headers = authorization === undefined ? {} : { authorization };

    const response = await fetch(`${gateway.url}/api/me/bookings`, { headers });

    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("are only read here", async () => {
    await using gateway = servedGateway({});

    const response = await fetch(`${gateway.url}/api/me/orders`, { method: "POST", body: "{}" });

    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});

describe("the type of a problem", () => {
  test("leads to what its code means and what to do, in a browser and out of it", async () => {
    await using gateway = servedGateway({});
    const at = async (type: string, headers = {}) => {
      const response = await fetch(new URL(type, gateway.url), { headers });
      return `${response.status} ${await response.text()}`;
    };
    const refused = await fetch(`${gateway.url}/assets/none.js`);
    const { type } = (await refused.json()) as { readonly type: string };

    expect(type).toBe("/problems/not_found");
    expect(await at(type)).toMatch(/^200 not_found\n\n.+\n\nWhat to do: .+\n$/);
    expect(await at(type, navigation)).toContain("200 not_found");
    expect(await at("/problems/hold_expired")).toContain("ended before it was confirmed");
    expect(await at("/problems/invalid_state")).toContain("200 invalid_state");
    expect(await at("/problems/nobody_says_this")).toMatch(/^404 /);
  });
});
