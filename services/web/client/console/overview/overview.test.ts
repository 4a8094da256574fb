import { describe, expect, test } from "bun:test";
import type { OverviewView } from "@app/platform/messaging/ops-overview-view.ts";
import { Problem } from "../../lib/problem.ts";
import type { Answer } from "../ask.ts";
import type { ServiceName } from "../ops.ts";
import { sparkLine } from "./spark.tsx";
import { summaryOf } from "./summary.ts";
import { todosOf } from "./todos.ts";
import { vitalsOf } from "./vitals.tsx";

const noon = Date.parse("2026-05-04T12:00:00Z");

const quiet: Omit<OverviewView, "service"> = {
  at: "2026-05-04T12:00:00Z",
  readiness: { status: "ok", checks: 9, failing: [] },
  outbox: { count: 0, atLeast: false, oldestAgeMs: 0, oldestKey: null },
  streams: [],
  consumers: [],
  deadLetters: { dead: 0, lastHour: 0, oldestAt: null },
  conservation: {
    missing: 0,
    breaches: 0,
    broken: [],
    invariants: 4,
    unchecked: 0,
    lookedAt: "2026-05-04T11:59:56Z",
  },
  undecided: null,
};

function told(service: ServiceName, more: Partial<OverviewView> = {}): Answer<OverviewView> {
  const value = { ...quiet, service, ...more };
  return { service, value, problem: undefined, at: noon, loading: false };
}

const consumer = {
  consumer: "inventory-service",
  stream: "ORDERS",
  order: "key" as const,
  broker: { ackFloor: 10, pending: 3, unacknowledged: 1, redelivered: 0, pulls: 1 },
  problem: null,
  parked: 0,
  oldestParkedAgeMs: null,
  blockedLanes: 0,
  stuckLanes: 0,
  dead: 0,
  oldestDeadAgeMs: null,
  oldestPendingAgeMs: 2_100,
};

const away: Answer<OverviewView> = {
  service: "events",
  value: { ...quiet, service: "events", deadLetters: { dead: 7, lastHour: 7, oldestAt: null } },
  problem: new Problem({ status: 502, code: "away", title: "Away", detail: "no answer" }),
  at: noon - 60_000,
  loading: false,
};

describe("the summary", () => {
  test("adds up what is told, and takes the worst of what is compared", () => {
    const summary = summaryOf([
      told("orders", {
        outbox: { count: 2, atLeast: false, oldestAgeMs: 40, oldestKey: "order/1" },
      }),
      told("inventory", {
        consumers: [consumer],
        deadLetters: { dead: 2, lastHour: 1, oldestAt: null },
        outbox: { count: 1, atLeast: false, oldestAgeMs: 900, oldestKey: "reservation/9" },
      }),
    ]);

    expect(summary).toMatchObject({
      asked: 2,
      away: [],
      unsent: 3,
      oldestUnsent: { service: "inventory", ageMs: 900, key: "reservation/9" },
      largestLag: { consumer: "inventory-service", messages: 4, ageMs: 2_100 },
      deadLetters: 2,
      deadLastHour: 1,
      invariants: 8,
      differences: 0,
    });
  });

  test("does not count what a service said before it went away", () => {
    expect(summaryOf([told("orders"), away])).toMatchObject({ away: ["events"], deadLetters: 0 });
  });
});

describe("the vital signs", () => {
  test("are all well while nothing waits", () => {
    const tones = vitalsOf(summaryOf([told("orders")]), noon).map(({ tone }) => tone);

    expect(tones).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  });

  test("lead to the order that is stuck for the longest time", () => {
    const oldest = { key: "order/17", since: "2026-05-04T11:50:00Z" };
    const undecided = { what: "orders", afterMs: 60_000, count: 2, atLeast: false, oldest };

    const stuck = vitalsOf(summaryOf([told("orders", { undecided })]), noon)[3];

    expect(stuck).toMatchObject({ tone: "warn", value: "2", search: { of: "order/17" } });
    expect(stuck?.says).toStartWith("order 17, waiting 10");
  });
});

describe("what needs a person", () => {
  test("is nothing while all is well", () => {
    expect(
      todosOf([told("orders"), told("inventory", { consumers: [consumer] })], [], noon),
    ).toEqual([]);
  });

  test("begins with services that are away, then what is wrong, then dead letters", () => {
    const failing = [{ name: "broker", critical: false, problem: "not connected" }];
    const group = {
      id: "0a1b2c3d4e5f",
      consumer: "inventory-service",
      type: "orders.v1.order_created",
      reason: "unreadable",
      error: "premature EOF",
      count: 3,
      oldestAt: quiet.at,
      newestAt: quiet.at,
      exampleId: 1,
    };
    const todos = todosOf(
      [
        told("orders", { readiness: { status: "degraded", checks: 9, failing } }),
        told("inventory", { conservation: { ...quiet.conservation, missing: 2 } }),
        away,
      ],
      [
        {
          service: "inventory",
          value: { groups: [group] },
          problem: undefined,
          at: noon,
          loading: false,
        },
      ],
      noon,
    );

    expect(todos.map(({ key }) => key)).toEqual([
      "away events",
      "differences inventory",
      "letters 0a1b2c3d4e5f",
      "check orders broker",
    ]);
    expect(todos[2]).toMatchObject({
      size: "3",
      what: "OrderCreated could not be read by its contract.",
      search: { group: "0a1b2c3d4e5f", service: "inventory" },
    });
  });

  test("names a consumer that nobody serves once", () => {
    const idle = { ...consumer, problem: "nobody is pulling" };
    const failing = [{ name: "consumer ORDERS", critical: false, problem: "failed" }];
    const readiness = { status: "degraded" as const, checks: 9, failing };

    const todos = todosOf([told("inventory", { consumers: [idle], readiness })], [], noon);

    expect(todos.map(({ what }) => what)).toEqual(["inventory-service is not served."]);
  });
});

test("a spark begins at the left, ends at the right and stays inside", () => {
  expect(sparkLine([0, 5, 10])).toBe("M0.0 30.0 L60.0 17.0 L120.0 4.0");
  expect(sparkLine([])).toBe("M0.0 30.0 L120.0 30.0");
});
