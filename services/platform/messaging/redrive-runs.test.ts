import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import { eventually } from "../testing/eventually.ts";
import { fast, kitchen, runInState, runOf } from "../testing/kitchen.ts";
import { sinkConsumer } from "../testing/sink.ts";
import { AuditView, RedriveRunsView } from "./ops-repair-views.ts";
import { postgresRedriveRuns } from "./postgres-redrive-runs.ts";

setDefaultTimeout(120_000);

const consumer = sinkConsumer.durable;
/** Enough that a run of one a second is under way for as long as a test looks at it. */
const many = Object.fromEntries(Array.from({ length: 12 }, (_, key) => [String(key), "cold"]));

describe("a redrive run", () => {
  test("tells what failed again, and leaves that dead with its new error", async () => {
    await using it = await kitchen({ "1": "cold", "2": "cold", "3": "cold" });
    it.broken.delete("1");
    it.broken.delete("3");
    it.broken.set("2", "still cold");

    const { body } = await it.post("redrive-runs", { consumer, all: true, ...fast });

    const run = await runInState(it, body.id, "done");
    expect(run).toMatchObject({ total: 3, done: 2, failed: 1, skipped: 0, pending: 0 });
    expect(run.troubled).toMatchObject([
      { key: "order/2", version: 1, state: "failed", error: "Error: still cold" },
    ]);
    const [letter] = await it.world.pool.q.execute(
      sql`select state, error, attempts from dead_letters where key = 'order/2'`,
    );
    expect(letter).toEqual({ state: "dead", error: "Error: still cold", attempts: 2 });
    const { entries } = await it.read(`audit?target=redrive-run/${body.id}`, AuditView);
    expect(entries).toMatchObject([{ action: "start redrive run", actor: "anonymous" }]);
  });

  test("stops when a letter of its canary fails, and tries no other", async () => {
    await using it = await kitchen({ "1": "cold", "2": "cold", "3": "cold" });
    it.broken.delete("1");
    it.broken.delete("3");

    const { body } = await it.post("redrive-runs", { consumer, all: true, canary: 2, ...fast });

    const run = await runInState(it, body.id, "failed");
    expect(run).toMatchObject({ done: 1, failed: 1, pending: 1 });
    expect(run.problem).toMatch(/^letter \d+, number 2 of a canary of 2: Error: cold$/);
    const tried = sql`select count(*)::int as tried from redrive_run_letters where started_at is not null`;
    expect([...(await it.world.pool.q.execute(tried))]).toEqual([{ tried: 2 }]);
    await eventually(async () => expect(await it.world.handled()).toHaveLength(2));
  });

  test("is paused, resumed and cancelled, and is the only one of its consumer meanwhile", async () => {
    await using it = await kitchen(many);
    it.broken.clear();
    const { body: run } = await it.post("redrive-runs", { consumer, all: true, perSecond: 1 });
    const act = async (change: string) => (await it.post(`redrive-runs/${run.id}/${change}`)).body;

    expect(await act("pause")).toMatchObject({ state: "paused" });
    expect(await act("pause")).toMatchObject({ code: "run_paused" });
    const other = await it.post("redrive-runs", { consumer, all: true });
    expect(other).toMatchObject({ status: 409, body: { code: "run_open", runId: run.id } });
    expect(await act("resume")).toMatchObject({ state: "running" });
    await eventually(async () => expect((await runOf(it, run.id)).done).toBeGreaterThan(0));
    expect(await act("cancel")).toMatchObject({ state: "cancelled" });

    const ended = await runOf(it, run.id);
    expect(ended.done).toBeLessThan(12);
    expect(await act("resume")).toMatchObject({ code: "run_cancelled" });
    const { runs } = await it.read(
      `redrive-runs?state=cancelled&consumer=${consumer}`,
      RedriveRunsView,
    );
    expect(runs.map(({ id }) => id)).toEqual([Number(run.id)]);
    const rest = await it.post("redrive-runs", { consumer, all: true, ...fast });
    await runInState(it, rest.body.id, "done");
    await eventually(async () => expect(await it.world.handled()).toHaveLength(24));
    expect(await it.world.disorder()).toBe(0);
  });

  test("passes over what somebody else resolved meanwhile", async () => {
    await using it = await kitchen(many);
    it.broken.clear();
    // Made and paused in one commit: nobody has begun with it.
    const run = await it.world.pool.transaction(async (tx) => {
      const selection = { kind: "filter", filter: {} } as const;
      const order = { selection, canary: 0, perSecond: 1_000, actor: "ann" };
      const made = await postgresRedriveRuns(tx, consumer).create(order);
      await tx.q.execute(sql`update redrive_runs set state = 'paused'`);
      return made;
    });
    const last = await it.world.pool.q.execute<{ letter_id: string }>(
      sql`select letter_id from redrive_run_letters order by position desc limit 1`,
    );
    await it.post(`dead-letters/${last[0]?.letter_id}/discard`, { reason: "not wanted" });
    await it.post(`redrive-runs/${run.id}/resume`);

    const ended = await runInState(it, run.id, "done");
    expect(ended).toMatchObject({ done: 11, skipped: 1 });
    expect(ended.troubled).toMatchObject([
      { state: "skipped", error: expect.stringContaining("no longer dead") },
    ]);
  });

  test("is refused where it is not clear what is meant, in words", async () => {
    await using it = await kitchen({ "1": "cold" });
    const refusalOf = async (body: unknown) => {
      const { status, body: problem } = await it.post("redrive-runs", body);
      return `${status} ${problem.detail}`;
    };
    const oneWay = "400 select letters in one way: by ids, by group, by conditions, or all";

    expect(await refusalOf({ all: true })).toBe("400 consumer is required");
    expect(await refusalOf({ consumer: "kitchen", all: true })).toBe(
      `400 unknown consumer, there is ${consumer}`,
    );
    expect(await refusalOf({ consumer })).toBe(oneWay);
    expect(await refusalOf({ consumer, all: true, type: "x" })).toBe(oneWay);
    expect(await refusalOf({ consumer, all: true, speed: 1 })).toBe("400 unknown field speed");
    expect(await refusalOf({ consumer, all: true, perSecond: 0 })).toBe(
      "400 perSecond must be an integer from 1 to 1000",
    );
    expect(await refusalOf({ consumer, all: true, canary: -1 })).toBe(
      "400 canary must be an integer from 0 to 1000",
    );
    expect(await refusalOf({ consumer, ids: [] })).toBe("400 ids must be 1 to 1000");
    expect(await refusalOf({ consumer, failedSince: "noon" })).toBe(
      "400 failedSince must be an RFC 3339 instant",
    );
    expect(await refusalOf({ consumer, type: "x" })).toBe("409 no open dead letter fits");
    expect(await refusalOf({ consumer, ids: [1, 4711] })).toBe(
      "409 not all of these are open dead letters of this consumer: look at them again",
    );
    expect((await it.post("redrive-runs/7/pause")).status).toBe(404);
    expect((await it.post("dead-letters/1/discard", { why: "a" })).body.detail).toBe(
      "reason is required",
    );
    expect((await it.post("dead-letters/1/edit", { reason: "a", payload: [] })).body.detail).toBe(
      "payload must be an object",
    );
    expect((await it.read("redrive-runs", RedriveRunsView)).runs).toEqual([]);
  });
});
