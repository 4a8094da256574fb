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
