import { describe, expect, test } from "bun:test";
import { exportedMetrics } from "./exported-metrics.ts";
import { metricsPage } from "./metrics-page.ts";
import { textOf } from "./repository.ts";

/** What the contract with those who read them fixes, against the conventions. */
const givenNames = new Set([
  "myevents_bookings_count",
  "myevents_seats_per_booking",
  // The runtime's own, of prom-client.
  ...["nodejs_active_handles_total", "nodejs_active_requests_total"],
  "nodejs_active_resources_total",
]);

describe("metrics", () => {
  test("are what docs/metrics.md says", () => {
    expect(textOf("docs/metrics.md")).toBe(metricsPage());
  });

  test("are named as Prometheus asks: counters end in _total, and nothing else does", () => {
    const strange = [...exportedMetrics().values()]
      .flat()
      .filter(({ name, type }) => !givenNames.has(name) && isStrange(name, type))
      .map(({ name }) => name);

    expect(strange).toEqual([]);
  });

  test("mean the same in every service", () => {
    const meanings = Map.groupBy([...exportedMetrics().values()].flat(), ({ name }) => name);
    const torn = [...meanings].filter(
      ([, found]) => new Set(found.map((metric) => JSON.stringify(metric))).size > 1,
    );

    expect(torn).toEqual([]);
  });
});

function isStrange(name: string, type: string): boolean {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return true;
  // Units are base units.
  if (/_(?:ms|milliseconds|minutes|kb|mb)(?:_|$)/.test(name)) return true;
  return (type === "counter") !== name.endsWith("_total");
}
