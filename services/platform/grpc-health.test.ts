import { describe, expect, test } from "bun:test";
import {
  Health,
  HealthCheckResponse_ServingStatus as statuses,
} from "@app/contracts/gen/grpc/health/v1/health_pb.ts";
import { createClient, createRouterTransport } from "@connectrpc/connect";
import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";
import { grpcHealth } from "./grpc-health.ts";

const impatient: Clock = { ...systemClock, sleep: (_, signal) => systemClock.sleep(1, signal) };

function healthOf(serving: () => boolean) {
  const implementation = grpcHealth({ services: ["shop.v1.Shop"], serving, clock: impatient });
  return createClient(
    Health,
    createRouterTransport((router) => router.service(Health, implementation)),
  );
}

describe("gRPC health", () => {
  test("lists the server as a whole and each service", async () => {
    const health = healthOf(() => true);

    const { statuses: listed } = await health.list({});

    expect(Object.keys(listed)).toEqual(["", "shop.v1.Shop"]);
    expect(listed["shop.v1.Shop"]?.status).toBe(statuses.SERVING);
  });

  test("tells a watcher each change once, until it hangs up", async () => {
    let serving = true;
    const health = healthOf(() => serving);
    const hangUp = new AbortController();
    const seen: number[] = [];

    for await (const { status } of health.watch({}, { signal: hangUp.signal })) {
      seen.push(status);
      serving = !serving;
      if (seen.length === 3) break;
    }
    hangUp.abort();

    expect(seen).toEqual([statuses.SERVING, statuses.NOT_SERVING, statuses.SERVING]);
  });

  test("tells a watcher of an unknown service that it is unknown", async () => {
    const health = healthOf(() => true);

    for await (const { status } of health.watch({ service: "shop.v1.Nothing" })) {
      expect(status).toBe(statuses.SERVICE_UNKNOWN);
      break;
    }
  });
});
