import { describe, expect, test } from "bun:test";
import { Counter } from "prom-client";
import { metricsRegistry, serveMetrics } from "./metrics.ts";

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
