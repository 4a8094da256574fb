import { describe, expect, test } from "bun:test";
import { planFor } from "./worker-plan.ts";

const origin = "https://example.com";
const plan = (path: string, { method = "GET", mode = "cors" } = {}) =>
  planFor({ method, mode, url: new URL(path, origin).href }, origin);

describe("the service worker", () => {
  test("keeps files whose names say what is in them, and icons", () => {
    expect(plan("/assets/main-1a2b.js")).toBe("asset");
    expect(plan("/favicon.svg")).toBe("icon");
    expect(plan("/icon-192.png")).toBe("icon");
    expect(plan("/manifest.webmanifest")).toBe("icon");
  });

  test.each([
    ["calls", "/bookings.v1.BookingsService/ListBookings", { method: "POST" }],
    ["calls that change nothing", "/events?limit=1", {}],
    ["a session", "/api/me", {}],
    ["a form", "/", { method: "POST", mode: "navigate" }],
    ["itself", "/service-worker.js", {}],
    ["other sites", "https://photos.example/assets/a.png", {}],
  ])("never touches %s", (_what, path, request) => {
    expect(plan(path, request)).toBe("pass");
  });
});
