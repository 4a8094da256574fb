import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { postgresRedriveRuns } from "./postgres-redrive-runs.ts";
import type { ClaimedLetter } from "./redrive-runs.ts";
import { type DeadLetterReason, deadLetters, redriveRunLetters, redriveRuns } from "./tables.ts";

const consumer = "inventory-service";
const order = {
  selection: { kind: "filter", filter: {} },
  canary: 0,
  perSecond: 10,
  actor: "ann",
} as const;

interface Died {
  readonly key: string | null;
  readonly version?: number;
  readonly reason?: DeadLetterReason;
}

async function world(letters: readonly Died[]) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("orders"));
  const pool = openPool({ url: database.url, connectionsMax: 3, name: "redrive runs test" });
  stack.defer(() => pool.close(1_000));
  for (const [index, { key, version = 1, reason = "attempts_used" }] of letters.entries()) {
    await pool.q.insert(deadLetters).values({
      consumer,
      key,
      version: key === null ? null : version,
      reason,
      eventId: crypto.randomUUID(),
      stream: "ORDERS",
      streamSequence: index + 1,
      subject: "orders.v1.order_created.1",
      headers: "ce-type: orders.v1.order_created",
      payload: new Uint8Array(),
      publishedAt: new Date(),
    });
  }
  return {
    pool,
    runs: postgresRedriveRuns(pool, consumer),
    run: async () => (await pool.q.select().from(redriveRuns))[0],
    letters: () => pool.q.select().from(redriveRunLetters).orderBy(redriveRunLetters.position),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function claimed(claim: ClaimedLetter | undefined): ClaimedLetter {
  if (!claim) throw new Error("nothing was claimed");
  return claim;
}

describe("a redrive run in Postgres", () => {
  test("takes keys by their oldest letter, each by version, and last what may end the process", async () => {
    await using it = await world([
      { key: "order/1", reason: "left_behind" },
      { key: "order/2", version: 5 },
      { key: null, reason: "no_key" },
      { key: "order/2", version: 4 },
      { key: "order/3" },
    ]);

    const { total } = await it.runs.create(order);

    expect(total).toBe(5);
    expect((await it.letters()).map(({ letterId }) => letterId)).toEqual([4, 2, 3, 5, 1]);
  });

  test("is claimed and settled letter by letter, and done after the last", async () => {
    await using it = await world([{ key: "order/1" }, { key: "order/2" }, { key: "order/3" }]);
    const { id } = await it.runs.create(order);

    await it.runs.settle(claimed(await it.runs.claim(id)), { state: "done" });
    await it.runs.settle(claimed(await it.runs.claim(id)), { state: "failed", error: "cold" });
    await it.runs.settle(claimed(await it.runs.claim(id)), { state: "skipped", error: "gone" });
    expect((await it.run())?.state).toBe("running");

    expect(await it.runs.claim(id)).toBeUndefined();
    expect(await it.run()).toMatchObject({ state: "done", done: 1, failed: 1, skipped: 1 });
    expect(await it.runs.running()).toBeUndefined();
  });

  test("gives a letter that was left behind again, and hears no more of the try before", async () => {
    await using it = await world([{ key: "order/1" }, { key: "order/2" }]);
    const { id } = await it.runs.create(order);
    const paused = claimed(await it.runs.claim(id));

    const next = claimed(await it.runs.claim(id));
    expect(next).toMatchObject({ letterId: paused.letterId, abandoned: paused.abandoned + 1 });
    await it.runs.settle(paused, { state: "failed", error: "too late" });
    await it.runs.release(paused);
    expect(await it.letters()).toMatchObject([{ state: "pending", abandoned: 1 }, {}]);
    await it.runs.settle(next, { state: "done" });
    await it.runs.settle(next, { state: "done" });

    expect(await it.run()).toMatchObject({ done: 1, failed: 0, total: 2 });
  });

  test("counts no claim that was taken back", async () => {
    await using it = await world([{ key: "order/1" }]);
    const { id } = await it.runs.create(order);

    for (let times = 0; times < 5; times += 1) {
      await it.runs.release(claimed(await it.runs.claim(id)));
    }

    expect(await it.runs.claim(id)).toMatchObject({ abandoned: 0 });
  });

  test("ends at a failure within its canary, and not at one behind it or at a letter passed over", async () => {
    await using it = await world(["1", "2", "3", "4"].map((id) => ({ key: `order/${id}` })));
    const { id } = await it.runs.create({ ...order, canary: 1 });

    await it.runs.settle(claimed(await it.runs.claim(id)), { state: "skipped", error: "gone" });
    await it.runs.settle(claimed(await it.runs.claim(id)), { state: "done" });
    await it.runs.settle(claimed(await it.runs.claim(id)), { state: "failed", error: "cold" });
    expect((await it.run())?.state).toBe("running");
    await it.pool.q.update(redriveRuns).set({ canary: 3 });
    await it.runs.settle(claimed(await it.runs.claim(id)), { state: "failed", error: "cold" });

    expect(await it.run()).toMatchObject({
      state: "failed",
      problem: "letter 4, number 3 of a canary of 3: cold",
    });
    expect(await it.runs.claim(id)).toBeUndefined();
  });

  test("is begun when the run that stood in its way is over a moment later", async () => {
    await using it = await world([{ key: "order/1" }]);
    await it.runs.create({ ...order, actor: "bob" });
    // Right after the insert that found it open.
    await it.pool.q.execute(sql`
      create function end_bobs() returns trigger language plpgsql as $$ begin
        update redrive_runs set state = 'done', finished_at = now() where actor = 'bob';
        return null; end $$`);
    await it.pool.q.execute(sql`
      create trigger ends after insert on redrive_runs for each statement execute function end_bobs()`);

    expect(await it.runs.create(order)).toMatchObject({ state: "running", actor: "ann", total: 1 });
  });

  test("is not begun while another is open, which is named", async () => {
    await using it = await world([{ key: "order/1" }]);
    const { id } = await it.runs.create(order);

    await expect(it.runs.create(order)).rejects.toMatchObject({
      reason: "run_open",
      message: `run ${id} of ${consumer} is running: wait for it or cancel it`,
    });
  });

  test("is not begun twice at once, nor for nothing", async () => {
    await using it = await world([{ key: "order/1" }, { key: "order/2" }]);

    const both = await Promise.allSettled([it.runs.create(order), it.runs.create(order)]);

    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    await it.pool.q.execute(sql`update redrive_runs set state = 'done', finished_at = now()`);
    await it.pool.q.execute(sql`update dead_letters set state = 'done'`);
    await expect(it.runs.create(order)).rejects.toMatchObject({ reason: "nothing_selected" });
    expect(await it.letters()).toHaveLength(2);
  });
});
