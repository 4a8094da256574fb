import { expect, test } from "bun:test";
import { metricsRegistry } from "@app/platform/metrics.ts";
import { userMeters } from "./meters.ts";

test("what has never happened is told as 0, so that its first time is a rise", async () => {
  const registry = metricsRegistry("users");
  const { signIns, refreshes } = userMeters();
  for (const meter of [signIns, refreshes]) meter.exportTo(registry);

  const before = await registry.metrics();
  refreshes.add(1, { outcome: "reused" });
  const after = await registry.metrics();

  expect(before).toContain('users_refreshes_total{outcome="reused",service="users"} 0');
  expect(before).toContain('users_sign_ins_total{outcome="refused",service="users"} 0');
  expect(after).toContain('users_refreshes_total{outcome="reused",service="users"} 1');
});
