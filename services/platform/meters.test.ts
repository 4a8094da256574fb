import { expect, test } from "bun:test";
import { Registry } from "prom-client";
import { counterMeter, histogramMeter } from "./meters.ts";

test("counters and histograms are exported with their names, labels and buckets", async () => {
  const counter = counterMeter({ name: "things_count", help: "Things.", labels: ["kind"] });
  const histogram = histogramMeter({ name: "things_each", help: "Each.", buckets: [1, 2] });
  const registry = new Registry();
  for (const meter of [counter, histogram]) meter.exportTo(registry);

  counter.add(3, { kind: "a" });
  counter.add(1, { kind: "a" });
  histogram.observe(2);
  histogram.observe(5);

  const text = await registry.metrics();
  expect(text).toContain('things_count{kind="a"} 4');
  expect(text).toContain('things_each_bucket{le="1"} 0');
  expect(text).toContain('things_each_bucket{le="2"} 1');
  expect(text).toContain('things_each_bucket{le="+Inf"} 2');
});

test("a histogram counts for each value of its labels, and nothing for those that never came", async () => {
  const labels = ["route", "status"] as const;
  const histogram = histogramMeter({ name: "took", help: "Took.", buckets: [0.1, 1], labels });
  const registry = new Registry();
  registry.setDefaultLabels({ service: "orders" });
  histogram.exportTo(registry);

  expect(await registry.metrics()).not.toContain("took_bucket");
  histogram.observe(0.1, { route: "/a", status: "200" });
  histogram.observe(3, { status: "200", route: "/a" });
  histogram.observe(0.5, { route: '/"b"', status: "500" });

  const text = await registry.metrics();
  expect(text).toContain("# TYPE took histogram");
  expect(text).toContain('took_bucket{le="0.1",route="/a",status="200",service="orders"} 1');
  expect(text).toContain('took_bucket{le="1",route="/a",status="200",service="orders"} 1');
  expect(text).toContain('took_bucket{le="+Inf",route="/a",status="200",service="orders"} 2');
  expect(text).toContain('took_sum{route="/a",status="200",service="orders"} 3.1');
  expect(text).toContain('took_count{route="/a",status="200",service="orders"} 2');
  expect(text).toContain('took_count{route="/\\"b\\"",status="500",service="orders"} 1');
});
