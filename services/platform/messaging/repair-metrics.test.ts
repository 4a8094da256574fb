import { describe, expect, test } from "bun:test";
import { Registry } from "prom-client";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { exportMessagingMetrics } from "./messaging-metrics.ts";
import { deadLetters, parked, redriveRuns } from "./tables.ts";

const consumer = "inventory-service";
const hourAgo = () => new Date(Date.now() - 3_600_000);

const message = (version: number) => ({
  consumer,
  key: "order/1",
  version,
  eventId: crypto.randomUUID(),
  stream: "ORDERS",
  streamSequence: version,
  subject: "orders.v1.order_created.1",
  headers: "",
  payload: new Uint8Array(),
  publishedAt: hourAgo(),
});

describe("the metrics of repair", () => {
  test("tell how old the oldest dead and parked messages are, what became of letters, and how far a run is", async () => {
    await using database = await temporaryDatabase("orders");
    const pool = openPool({ url: database.url, connectionsMax: 2, name: "repair metrics test" });
    await using _closing = { [Symbol.asyncDispose]: () => pool.close(1_000) };
    const reason = "unreadable" as const;
    await pool.q.insert(deadLetters).values([
      { ...message(1), reason, createdAt: hourAgo() },
      { ...message(2), reason, state: "done" },
      { ...message(3), reason, state: "discarded" },
    ]);
    await pool.q.insert(parked).values({ ...message(4), parkedAt: hourAgo() });
    const run = { consumer, selection: {}, canary: 0, perSecond: 1, actor: "ann", total: 9 };
    await pool.q.insert(redriveRuns).values([
      { ...run, done: 5, failed: 2, skipped: 1, state: "paused" },
      { ...run, done: 9, state: "done" },
    ]);

    const registry = new Registry();
    exportMessagingMetrics(registry, pool, () => true);
    const text = await registry.metrics();
    const value = (series: string) =>
      Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`${series} `))
          ?.split(" ")
          .at(-1),
      );
    const of = (name: string, state: string) =>
      value(`${name}{consumer="${consumer}",state="${state}"}`);

    const oldest = (name: string) => value(`${name}{consumer="${consumer}"}`);
    expect(oldest("consumer_oldest_dead_letter_seconds")).toBeGreaterThanOrEqual(3_600);
    expect(oldest("consumer_oldest_parked_seconds")).toBeGreaterThanOrEqual(3_600);
    expect(["dead", "done", "discarded"].map((state) => of("dead_letters", state))).toEqual([
      1, 1, 1,
    ]);
    expect(of("redrive_runs_open", "paused")).toBe(1);
    expect(
      ["done", "failed", "skipped", "pending"].map((state) => of("redrive_run_letters", state)),
    ).toEqual([5, 2, 1, 1]);
  });
});
