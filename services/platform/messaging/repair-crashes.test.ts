import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { CrashPointName } from "../crash-point.ts";
import { eventually } from "../testing/eventually.ts";
import { type SinkWorld, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import { type ReplicaProcess, startReplicaProcess } from "../testing/sink-process.ts";

setDefaultTimeout(120_000);

const { durable } = sinkConsumer;
const versionsEach = 4;

/** A letter of each key, version 2, with two messages parked behind it. No replica is running. */
async function worldOfLetters(keys: readonly string[]): Promise<SinkWorld> {
  const world = await sinkWorld();
  await using _failing = world.start({
    settings: { ATTEMPTS_MAX: 1 },
    behaviour: (_message, { version }) => {
      if (version === 2) throw new Error("the oven is cold");
    },
  });
  await Promise.all(keys.map((key) => world.send(key, [1, 2, 3, versionsEach])));
  await eventually(
    async () => {
      const [found] = await world.pool.q.execute(sql`
        select (select count(*)::int from dead_letters where state = 'dead') as dead,
          (select count(*)::int from parked) as parked`);
      expect(found).toEqual({ dead: keys.length, parked: 2 * keys.length });
    },
    { deadlineMs: 60_000 },
  );
  return world;
}

interface Letter {
  readonly id: number;
  readonly state: string;
  readonly revision: number;
}

async function letterOf({ pool }: SinkWorld, key: string): Promise<Letter> {
  const [row] = await pool.q.execute<{ id: string; state: string; revision: number }>(sql`
    select id, state, revision from dead_letters where key = ${`order/${key}`}`);
  if (!row) throw new Error(`no letter of ${key}`);
  return { ...row, id: Number(row.id) };
}

/** The status of an answer; 0 where the process died before it gave one. */
async function post(url: string, path: string, body: unknown): Promise<number> {
  return fetch(`${url}/ops/v1/${path}`, { method: "POST", body: JSON.stringify(body) }).then(
    ({ status }) => status,
    () => 0,
  );
}

/** Lets a process act and die at a point; what it acted on is seen by whoever comes next. */
async function dieAt(
  world: SinkWorld,
  point: CrashPointName,
  act: (url: string) => Promise<number> = async () => 0,
): Promise<void> {
  await using dying = await startReplicaProcess(world, {}, { CRASH_POINT: point });
  expect(await act(dying.url), `the answer at ${point}`).toBe(0);
  await hasExited(dying, `at ${point}`);
}

async function hasExited({ exited }: ReplicaProcess, where: string): Promise<void> {
  let code: number | undefined;
  void exited.then((value) => {
    code = value;
  });
  await eventually(() => expect(code, where).toBeDefined(), { deadlineMs: 30_000 });
}

/** Every version of every key was handled once, in order, and nothing is left behind. */
async function expectAllHandledOnce(world: SinkWorld, keys: readonly string[], versions: number) {
  await eventually(
    async () => expect((await world.handled()).length).toBe(keys.length * versions),
    {
      deadlineMs: 60_000,
    },
  );
  expect(await world.disorder()).toBe(0);
  const [left] = await world.pool.q.execute(sql`
    select (select count(*)::int from parked) as parked,
      (select count(*)::int from dead_letters where state = 'dead') as dead,
      (select count(*)::int from lanes where blocked or waiting > 0) as lanes`);
  expect(left).toEqual({ parked: 0, dead: 0, lanes: 0 });
}

describe("a crash at each point", () => {
  test("of a redrive neither loses nor doubles", async () => {
    const points = [
      "redrive.after-resolve",
      "redrive.before-commit",
      "redrive.after-commit",
    ] as const;
    await using world = await worldOfLetters(points);

    for (const point of points) {
      const { id } = await letterOf(world, point);
      await dieAt(world, point, (url) => post(url, `dead-letters/${id}/redrive`, {}));
      // Before the commit nothing happened, after it everything.
      const { state } = await letterOf(world, point);
      expect(state).toBe(point === "redrive.after-commit" ? "done" : "dead");
    }
    await using healthy = await startReplicaProcess(world);
    for (const point of points) {
      const { id } = await letterOf(world, point);
      const status = await post(healthy.url, `dead-letters/${id}/redrive`, {});
      expect(status).toBe(point === "redrive.after-commit" ? 409 : 200);
    }

    await expectAllHandledOnce(world, points, versionsEach);
  });

  test("of an edit with its redrive neither loses nor doubles, and leaves one revision in force", async () => {
    const points = ["redrive.after-resolve", "edit.before-commit", "edit.after-commit"] as const;
    await using world = await worldOfLetters(points);
    const edit = { reason: "mended", revision: 1, redrive: true, payload: { orderId: "7" } };

    for (const point of points) {
      const { id } = await letterOf(world, point);
      await dieAt(world, point, (url) => post(url, `dead-letters/${id}/edit`, edit));
      expect(await letterOf(world, point)).toMatchObject(
        point === "edit.after-commit"
          ? { state: "done", revision: 2 }
          : { state: "dead", revision: 1 },
      );
    }
    await using healthy = await startReplicaProcess(world);
    for (const point of points) {
      const { id } = await letterOf(world, point);
      const status = await post(healthy.url, `dead-letters/${id}/edit`, edit);
      expect(status).toBe(point === "edit.after-commit" ? 409 : 200);
    }

    await expectAllHandledOnce(world, points, versionsEach);
    const [kept] = await world.pool.q.execute(
      sql`select count(*)::int as revisions, count(distinct letter_id)::int as letters from dead_letter_revisions`,
    );
    expect(kept).toEqual({ revisions: 6, letters: 3 });
  });

  test("of a discard and of its restore leaves the letter in one state or the other", async () => {
    const keys = ["1", "2"] as const;
    await using world = await worldOfLetters(keys);
    // What waits behind must not run before the restore, or that would be refused.
    await world.pool.q.execute(sql`update parked set retry_at = now() + interval '1 hour'`);
    const act = { reason: "no longer wanted" };
    const { id } = await letterOf(world, "1");

    await dieAt(world, "discard.before-commit", (url) =>
      post(url, `dead-letters/${id}/discard`, act),
    );
    expect((await letterOf(world, "1")).state).toBe("dead");
    await dieAt(world, "discard.after-commit", (url) =>
      post(url, `dead-letters/${id}/discard`, act),
    );
    expect((await letterOf(world, "1")).state).toBe("discarded");
    await dieAt(world, "restore.before-commit", (url) =>
      post(url, `dead-letters/${id}/restore`, act),
    );
    expect((await letterOf(world, "1")).state).toBe("discarded");
    await dieAt(world, "restore.after-commit", (url) =>
      post(url, `dead-letters/${id}/restore`, act),
    );
    expect((await letterOf(world, "1")).state).toBe("dead");

    await world.pool.q.execute(sql`update parked set retry_at = null`);
    await using healthy = await startReplicaProcess(world);
    for (const key of keys) {
      const letter = await letterOf(world, key);
      expect(await post(healthy.url, `dead-letters/${letter.id}/redrive`, {})).toBe(200);
    }
    await expectAllHandledOnce(world, keys, versionsEach);
  });

  test("of a redrive run is gone on from by whoever leads next, each letter once", async () => {
    const keys = Array.from({ length: 9 }, (_, index) => String(index));
    await using world = await worldOfLetters(keys);
    // A letter that is begun three times and not ended counts as one that ends its process.
    const points = [
      "redrive-run.after-claim",
      "redrive.after-commit",
      "redrive.after-resolve",
      "redrive-run.before-settle",
      "redrive.before-commit",
      "redrive-run.between-letters",
    ] as const;

    await dieAt(world, "redrive-run.after-create", (url) =>
      post(url, "redrive-runs", { consumer: durable, all: true, perSecond: 1_000 }),
    );
    for (const point of points) await dieAt(world, point);
    await using _healthy = await startReplicaProcess(world);

    await expectAllHandledOnce(world, keys, versionsEach);
    await eventually(async () => {
      const [run] = await world.pool.q.execute(
        sql`select state, total, done, failed, skipped from redrive_runs`,
      );
      expect(run).toEqual({ state: "done", total: 9, done: 9, failed: 0, skipped: 0 });
    });
    const [audited] = await world.pool.q.execute(sql`
      select count(*)::int as count from audit where action = 'redrive' and detail ->> 'outcome' = 'done'`);
    expect(audited).toEqual({ count: 9 });
  });

  test("need not come: a leader that is paused in a run and wakes up later changes nothing", async () => {
    const keys = Array.from({ length: 12 }, (_, index) => String(index));
    await using world = await worldOfLetters(keys);
    const run = async () => {
      const [row] = await world.pool.q.execute<
        Record<string, unknown> & { state: string; done: number }
      >(sql`select state, done, failed, skipped from redrive_runs`);
      return row;
    };
    await using paused = await startReplicaProcess(world);
    await post(paused.url, "redrive-runs", { consumer: durable, all: true, perSecond: 10 });
    await eventually(async () => expect((await run())?.done).toBeGreaterThan(1));
    await using _other = await startReplicaProcess(world);

    paused.signal("SIGSTOP");
    await eventually(async () => expect((await run())?.state).toBe("done"), { deadlineMs: 60_000 });
    paused.signal("SIGCONT");
    await eventually(async () => {
      const { status } = await fetch(`${paused.url}/ops/v1/redrive-runs`);
      expect(status).toBe(200);
    });

    await expectAllHandledOnce(world, keys, versionsEach);
    expect(await run()).toEqual({ state: "done", done: 12, failed: 0, skipped: 0 });
  });

  test("that a letter of a run causes by itself stops the run for no more than three tries", async () => {
    const keys = ["1", "2", "3"];
    await using world = await worldOfLetters(keys);
    const [, second] = await world.pool.q.execute<{ key: string }>(
      sql`select key from dead_letters order by id`,
    );
    // What is parked behind the first letter is at work whenever the second ends the process.
    const killer = second?.key.slice("order/".length) ?? "";
    const behaviour = { key: `order/${killer}`, version: 2, does: "exit", slowMs: 300 } as const;
    {
      await using first = await startReplicaProcess(world, behaviour);
      await post(first.url, "redrive-runs", { consumer: durable, all: true, perSecond: 1_000 });
      await hasExited(first, "in the handler");
    }
    for (let starts = 0; starts < 2; starts += 1) {
      await using next = await startReplicaProcess(world, behaviour);
      await hasExited(next, "in the handler");
    }
    await using _last = await startReplicaProcess(world, behaviour);

    await eventually(async () => {
      const [run] = await world.pool.q.execute(sql`select state, done, failed from redrive_runs`);
      expect(run).toEqual({ state: "done", done: 2, failed: 1 });
    });
    expect((await letterOf(world, killer)).state).toBe("dead");
    // Its neighbours are innocent and were handled.
    await eventually(async () => expect((await world.handled()).length).toBe(4 + 1 + 4));
    expect(await world.disorder()).toBe(0);
  });
});
