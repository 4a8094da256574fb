import { describe, expect, test } from "bun:test";
import { type Clock, systemClock } from "./clock.ts";
import { Refusal } from "./errors.ts";
import { type HealthCheck, type HealthSettings, healthOf } from "./health.ts";

const well = (name: string, critical: boolean): HealthCheck => ({
  name,
  critical,
  probe: () => undefined,
});

const ill = (name: string, critical: boolean, error: unknown = new Error("no")): HealthCheck => ({
  name,
  critical,
  probe: () => {
    throw error;
  },
});

function health(checks: readonly HealthCheck[], settings: Partial<HealthSettings> = {}) {
  const made = healthOf({ clock: systemClock, checks, ...settings });
  const get = async (path: string) => {
    const response = await made.handler(new Request(`http://localhost${path}`));
    return { status: response?.status, text: await response?.text() };
  };
  return { ...made, get };
}

describe("/healthz and /livez", () => {
  test("answer ok and touch nothing", async () => {
    const { get, drain } = health([ill("database", true)]);

    drain();

    expect(await get("/healthz")).toEqual({ status: 200, text: "ok" });
    expect(await get("/livez")).toEqual({ status: 200, text: "ok" });
    expect((await get("/elsewhere")).status).toBeUndefined();
  });
});

describe("/readyz", () => {
  test("names every check", async () => {
    const { status, text } = await health([well("database", true), well("broker", false)]).get(
      "/readyz",
    );

    expect(status).toBe(200);
    expect(JSON.parse(text ?? "")).toEqual({
      status: "ok",
      checks: {
        database: { status: "ok", critical: true },
        broker: { status: "ok", critical: false },
      },
    });
  });

  test("is degraded but answers 200 when only later work suffers", async () => {
    const { status, text } = await health([well("database", true), ill("canary", false)]).get(
      "/readyz",
    );

    expect(status).toBe(200);
    expect(JSON.parse(text ?? "")).toMatchObject({
      status: "degraded",
      checks: { canary: { status: "failed", problem: "failed" } },
    });
  });

  test("is 503 when calls cannot be answered, or while draining", async () => {
    const { get, drain } = health([well("database", true)]);

    expect((await health([ill("database", true)]).get("/readyz")).status).toBe(503);
    expect((await get("/readyz")).status).toBe(200);
    drain();
    expect(await get("/readyz")).toMatchObject({
      status: 503,
      text: expect.stringContaining("the service is stopping"),
    });
  });

  test("shows what a refusal says, the code of an error, and nothing else", async () => {
    const { checks } = await health([
      ill("relay", false, new Refusal("unavailable", "stale", "no beat for 3 s")),
      ill("broker", false, Object.assign(new Error("canary"), { code: "ECONNREFUSED" })),
    ]).readiness();

    expect(checks).toMatchObject({
      relay: { problem: "no beat for 3 s" },
      broker: { problem: "ECONNREFUSED" },
    });
  });

  test("waits for no check longer than its limit, and tells it", async () => {
    const aborted = Promise.withResolvers<void>();
    const hanging: HealthCheck = {
      name: "broker",
      critical: false,
      probe: (signal) => {
        signal.addEventListener("abort", () => aborted.resolve());
        return new Promise(() => undefined);
      },
    };

    const { checks } = await health([hanging], { probeLimitMs: 10 }).readiness();

    expect(checks.broker).toMatchObject({ problem: "no answer within 10 ms" });
    await aborted.promise;
  });

  test("asks again only after a second", async () => {
    let asked = 0;
    let nowMs = 0;
    const clock: Clock = { ...systemClock, monotonicMs: () => nowMs };
    const counting: HealthCheck = {
      name: "database",
      critical: true,
      probe: () => {
        asked += 1;
      },
    };
    const { readiness } = health([counting], { clock });

    await Promise.all([readiness(), readiness()]);
    nowMs = 999;
    await readiness();
    expect(asked).toBe(1);
    nowMs = 1_000;
    await readiness();
    expect(asked).toBe(2);
  });

  test("asks again soon after something was not well", async () => {
    let nowMs = 0;
    let isWell = false;
    const clock: Clock = { ...systemClock, monotonicMs: () => nowMs };
    const recovering: HealthCheck = {
      name: "broker",
      critical: false,
      probe: () => {
        if (!isWell) throw new Error("away");
      },
    };
    const { readiness } = health([recovering], { clock });
    expect(await readiness()).toMatchObject({ status: "degraded" });

    isWell = true;
    nowMs = 100;

    expect(await readiness()).toMatchObject({ status: "ok" });
  });
});
