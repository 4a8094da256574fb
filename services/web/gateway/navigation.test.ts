import { describe, expect, test } from "bun:test";
import { planFor } from "../client/offline/worker-plan.ts";
import { appAt, wantsPage } from "./navigation.ts";

const ofBrowser =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

function wants(path: string, headers: Record<string, string>, method = "GET"): boolean {
  const request = new Request(`http://quickbite.test${path}`, { method, headers });
  return wantsPage(request, { path, query: "" });
}

describe("wantsPage", () => {
  test.each(["/", "/events", "/events/1/book", "/bookings/1", "/v1/orders", "/nowhere"])(
    "gives a browser that goes to %s a page",
    (path) => {
      expect(wants(path, { "sec-fetch-mode": "navigate", accept: ofBrowser })).toBe(true);
      expect(wants(path, { accept: ofBrowser })).toBe(true);
      expect(wants(path, { accept: ofBrowser }, "HEAD")).toBe(true);
    },
  );

  test.each(["/events", "/bookings/1", "/v1/orders", "/api/me"])(
    "leaves %s to its service when a script or curl asks",
    (path) => {
      expect(wants(path, {})).toBe(false);
      expect(wants(path, { accept: "*/*" })).toBe(false);
      expect(wants(path, { accept: "application/json, text/html" })).toBe(false);
      expect(wants(path, { accept: "text/html;q=0.5, application/json" })).toBe(false);
      expect(wants(path, { accept: "text/html;q=0" })).toBe(false);
      expect(wants(path, { accept: "*/*", "sec-fetch-mode": "cors" })).toBe(false);
      expect(wants(path, { "sec-fetch-mode": "navigate" }, "POST")).toBe(false);
    },
  );

  test.each([
    "/healthz",
    "/readyz",
    "/.well-known/jwks.json",
    "/bookings/1/ticket",
    "/openapi/orders.json",
    "/problems/not_found",
    "/assets/customer-1.js",
  ])("never gives a page at %s", (path) => {
    expect(wants(path, { "sec-fetch-mode": "navigate", accept: ofBrowser })).toBe(false);
  });

  test("gives whoever asks the pages that stand where nothing else does", () => {
    expect(wants("/", { accept: "*/*" })).toBe(true);
    expect(wants("/console/dead-letters/7", {})).toBe(true);
    expect(wants("/consoles", {})).toBe(false);
  });

  test("is not kept busy by a long list of types", () => {
    const accept = `${"application/json;q=0.1,".repeat(10_000)}text/html`;

    expect(wants("/events", { accept })).toBe(false);
  });
});

describe("appAt", () => {
  test("is the console below its path, and the customer's app everywhere else", () => {
    const at = (path: string) => appAt({ path, query: "" });

    expect(["/console", "/console/streams"].map(at)).toEqual(["console", "console"]);
    expect(["/", "/consolex", "/events/1/book"].map(at)).toEqual(Array(3).fill("customer"));
  });
});

describe("the app's service worker", () => {
  test.each([
    "/",
    "/events/1/book",
    "/bookings/1",
    "/bookings/1/ticket",
    "/v1/orders",
    "/nowhere",
    "/console",
    "/console/streams",
    "/consoles",
    "/healthz",
    "/.well-known/jwks.json",
    "/openapi/orders.json",
    "/problems/not_found",
    "/asyncapi/orders.json",
    "/assets/customer-1.js",
  ])("stands in at %s where the app's page stands, and nowhere else", (path) => {
    const isPage = wants(path, { "sec-fetch-mode": "navigate" });
    const isApp = isPage && appAt({ path, query: "" }) === "customer";
    const origin = "http://quickbite.test";

    const plan = planFor({ method: "GET", mode: "navigate", url: `${origin}${path}` }, origin);

    expect(plan).toBe(isApp ? "page" : "pass");
  });
});
