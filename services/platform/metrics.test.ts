import { describe, expect, test } from "bun:test";
import { Counter, Gauge, Registry } from "prom-client";
import { boundScrapes, metricsRegistry, serveMetrics } from "./metrics.ts";

describe("boundScrapes", () => {
  test("leaves out what cannot be read or not in time, and what it was before, and tells the rest", async () => {
    const registry = new Registry();
    const registers = [registry];
    let away = false;
    const read = () => (away ? Promise.reject(new Error("away")) : Promise.resolve(7));
    const late = () => (away ? new Promise<number>(() => undefined) : Promise.resolve(8));
    new Gauge({
      ...{ name: "read_now", help: "Read.", registers },
      async collect() {
        this.set(await read());
      },
    });
    new Gauge({
      ...{ name: "read_late", help: "Late.", labelNames: ["of"], registers },
      async collect() {
        this.set({ of: "a" }, await late());
      },
    });
    new Gauge({ name: "known", help: "Known.", registers }).set(1);
    boundScrapes(registry, 20);

    const before = await registry.metrics();
    away = true;
    const after = await registry.metrics();

    for (const line of ["read_now 7", 'read_late{of="a"} 8', "known 1"]) {
      expect(before).toContain(line);
    }
    expect(after).toContain("known 1");
    expect(after).not.toMatch(/^read_/m);
  });
});

describe("serveMetrics", () => {
  test("serves the process's and the service's metrics on /metrics and nothing else", async () => {
    const registry = metricsRegistry("orders");
    new Counter({ name: "orders_placed", help: "Orders.", registers: [registry] }).inc(3);
    await using server = serveMetrics({ port: 0, hostname: "127.0.0.1", registry });

    const response = await fetch(server.url);
    const text = await response.text();

    expect(response.headers.get("content-type")).toStartWith("text/plain");
    expect(text).toContain('orders_placed{service="orders"} 3');
    expect(text).toContain("process_resident_memory_bytes");
    expect((await fetch(server.url.replace("/metrics", "/"))).status).toBe(404);
    expect((await fetch(server.url, { method: "POST" })).status).toBe(404);
  });
});
