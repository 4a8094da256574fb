import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { z } from "zod";
import { elysiaHandler, httpApp } from "../elysia-app.ts";
import { eventually } from "../testing/eventually.ts";
import { servedHttp } from "../testing/served-http.ts";
import { messageOf, type SinkWorld, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import {
  AuditView,
  DryRunView,
  LetterGroupsView,
  NotedGroupsView,
  RedriveRunDetailView,
  RedriveRunsView,
} from "./ops-repair-views.ts";
import { operatorRoutes } from "./ops-routes.ts";
import { DeadLettersView } from "./ops-views.ts";

setDefaultTimeout(120_000);

const consumer = sinkConsumer.durable;
const fast = { perSecond: 1_000 };
/** Enough that a run of one a second is under way for as long as a test looks at it. */
const many = Object.fromEntries(Array.from({ length: 12 }, (_, key) => [String(key), "cold"]));

interface Kitchen extends AsyncDisposable {
  readonly world: SinkWorld;
  /** Keys whose version 1 still fails, with the error. */
  readonly broken: Map<string, string>;
  read<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  post(path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
}

/** A served sink with a dead letter at version 1 of each key, and one message behind each. */
async function kitchen(errors: Readonly<Record<string, string>>): Promise<Kitchen> {
  const stack = new AsyncDisposableStack();
  const world = stack.use(await sinkWorld());
  const broken = new Map(Object.entries(errors));
  const replica = world.start({
    settings: { ATTEMPTS_MAX: 1 },
    behaviour: (_message, { key, version }) => {
      const error = broken.get(key.slice("order/".length));
      if (version === 1 && error !== undefined) throw new Error(error);
    },
  });
  stack.use(replica);
  const app = httpApp({}).use(operatorRoutes(replica.messaging));
  const served = stack.use(servedHttp({ handlers: [elysiaHandler(app)] }));
  const at = (path: string) => `${served.server.url}/ops/v1/${path}`;
  for (const key of broken.keys()) await world.send(key, [1, 2]);
  await eventually(async () => {
    const [found] = await world.pool.q.execute(sql`
      select (select count(*)::int from dead_letters where state = 'dead') as dead,
        (select count(*)::int from parked) as parked`);
    expect(found).toEqual({ dead: broken.size, parked: broken.size });
  });
  return {
    world,
    broken,
    read: async (path, schema) => schema.parse(await (await fetch(at(path))).json()),
    post: async (path, body = {}) => {
      const response = await fetch(at(path), { method: "POST", body: JSON.stringify(body) });
      const answer: unknown = await response.json();
      return { status: response.status, body: answer as Record<string, unknown> };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const runOf = ({ read }: Kitchen, id: unknown) => read(`redrive-runs/${id}`, RedriveRunDetailView);

const runInState = (it: Kitchen, id: unknown, state: string) =>
  eventually(async () => {
    const run = await runOf(it, id);
    expect(run.state).toBe(state as typeof run.state);
    return run;
  });

describe("groups of dead letters", () => {
  test("are by what went wrong, without ids and numbers, and select a run", async () => {
    const id = crypto.randomUUID();
    await using it = await kitchen({
      "1": "table 17 is taken",
      "2": "table 4711 is taken",
      "3": `guest ${id} left`,
    });

    const { groups } = await it.read(`dead-letters/groups?consumer=${consumer}`, LetterGroupsView);
    expect(groups.map(({ error, count }) => [error, count])).toEqual([
      ["Error: table <n> is taken", 2],
      ["Error: guest <id> left", 1],
    ]);
    expect(groups[0]).toMatchObject({
      consumer,
      type: "orders.v1.order_confirmed",
      reason: "attempts_used",
    });
    it.broken.clear();
    const { status, body } = await it.post("redrive-runs", {
      consumer,
      group: groups[0]?.id,
      ...fast,
    });

    expect(status).toBe(201);
    expect(await runInState(it, body.id, "done")).toMatchObject({ total: 2, done: 2, pending: 0 });
    const left = await it.read("dead-letters/groups", LetterGroupsView);
    expect(left.groups.map((group) => group.id)).toEqual([groups[1]?.id ?? ""]);
    await eventually(async () => expect(await it.world.handled()).toHaveLength(4));
    expect(await it.world.disorder()).toBe(0);
  });

  test("are the same once a redrive met the same again", async () => {
    await using it = await kitchen({ "1": "RangeError: premature EOF", "2": "" });
    await it.world.pool.q.execute(
      sql`update dead_letters set error = 'RangeError: premature EOF' where key = 'order/2'`,
    );

    const { groups } = await it.read("dead-letters/groups", LetterGroupsView);

    expect(groups.map(({ error, count }) => [error, count])).toEqual([
      ["RangeError: premature EOF", 2],
    ]);
  });

  test("are listed letter by letter, and bear the newest note of a person", async () => {
    await using it = await kitchen({ "1": "table 17 is taken", "2": "table 4711 is taken" });
    const theGroup = async () => {
      const { groups } = await it.read("dead-letters/groups", NotedGroupsView);
      const [group] = groups;
      if (!group) throw new Error("no group");
      return group;
    };

    const { id, note, exampleId } = await theGroup();
    expect(note).toBeNull();
    const { deadLetters } = await it.read(`dead-letters?group=${id}`, DeadLettersView);
    expect(deadLetters.map((letter) => letter.key).toSorted()).toEqual(["order/1", "order/2"]);
    expect(deadLetters.map((letter) => letter.id)).toContain(exampleId);
    const none = await it.read("dead-letters?group=000000000000", DeadLettersView);
    expect(none.deadLetters).toEqual([]);

    for (const text of ["paged the owner", " fixed in 4.2.1 "]) {
      const { status } = await it.post(`dead-letters/groups/${id}/note`, { note: text });
      expect(status).toBe(200);
    }
    expect((await theGroup()).note).toMatchObject({ text: "fixed in 4.2.1", actor: "anonymous" });
    const refused = [
      await it.post(`dead-letters/groups/${id}/note`, { note: " " }),
      await it.post("dead-letters/groups/000000000000/note", { note: "what is this?" }),
    ];
    expect(refused.map(({ status, body }) => [status, body.detail])).toEqual([
      [400, "note is required"],
      [404, "not found"],
    ]);
  });
});

describe("a selection", () => {
  test.each(["group", "type", "error"])(
    "with a NUL in its %s is refused in words",
    async (name) => {
      await using it = await kitchen({});

      const answers = [
        await it.post("redrive-runs/dry-run", { consumer, [name]: "a\0b" }),
        await it.post("redrive-runs", { consumer, [name]: "a\0b" }),
      ];

      for (const { status, body } of answers) {
        expect([status, body.detail]).toEqual([400, `${name} must not contain NUL`]);
      }
    },
  );
});

describe("a dry run", () => {
  test("says of each letter whether it would still fail and why, and changes nothing", async () => {
    await using it = await kitchen({ "1": "cold", "2": "cold" });
    await it.world.broker.publish({ ...messageOf("3", 1), payload: Uint8Array.of(0xff) });
    await it.world.broker.publish({ ...messageOf("4", 1), headers: "X-A: 1" });
    await eventually(async () =>
      expect(await it.world.pool.q.execute(sql`select from dead_letters`)).toHaveLength(4),
    );
    it.broken.delete("1");

    const { status, body } = await it.post("redrive-runs/dry-run", { consumer, all: true });

    expect(status).toBe(200);
    const report = DryRunView.parse(body);
    expect(report).toMatchObject({ selected: 4, lookedAt: 4, wouldSucceed: 1, wouldFail: 2 });
    const byKey = new Map(report.letters.map((letter) => [letter.key, letter]));
    expect(byKey.get("order/1")).toMatchObject({ verdict: "would_succeed", waiting: 1 });
    expect(byKey.get("order/2")).toMatchObject({ verdict: "would_fail", error: "Error: cold" });
    expect(byKey.get("order/3")).toMatchObject({
      verdict: "would_fail",
      error: expect.any(String),
    });
    expect(byKey.get(null)).toMatchObject({
      verdict: "refused",
      error: expect.stringContaining("name no key"),
    });
    expect(await it.world.handled()).toEqual([]);
    const [state] = await it.world.pool.q.execute(sql`
      select count(*)::int as dead, max(attempts)::int as attempts from dead_letters where state = 'dead'`);
    expect(state).toEqual({ dead: 4, attempts: 1 });
  });

  test("names the letter that another one has to wait for", async () => {
    await using it = await kitchen({ "1": "cold" });
    const [first] = await it.world.pool.q.execute<{ id: string }>(sql`select id from dead_letters`);
    // As a restore leaves it: the letter behind was dead before the one in front was restored.
    await it.world.pool.q.execute(sql`
      with behind as (delete from parked returning *), told as (update lanes set waiting = 0)
      insert into dead_letters (consumer, key, version, event_id, stream, stream_sequence, subject,
        headers, payload, published_at, reason, error)
      select consumer, key, version, event_id, stream, stream_sequence, subject, headers, payload,
        published_at, 'attempts_used', 'cold' from behind`);
    it.broken.clear();

    const { body } = await it.post("redrive-runs/dry-run", { consumer, all: true });
    const run = await it.post("redrive-runs", { consumer, all: true, ...fast });

    expect(
      DryRunView.parse(body).letters.map(({ verdict, blockedBy }) => [verdict, blockedBy]),
    ).toEqual([
      ["would_succeed", null],
      ["refused", Number(first?.id)],
    ]);
    // A run takes them in the order of their versions.
    expect(await runInState(it, run.body.id, "done")).toMatchObject({ done: 2, skipped: 0 });
    expect(await it.world.disorder()).toBe(0);
  });
});

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
    const { body: run } = await it.post("redrive-runs", { consumer, all: true, perSecond: 1 });
    await it.post(`redrive-runs/${run.id}/pause`);
    const last = await it.world.pool.q.execute<{ letter_id: string }>(
      sql`select letter_id from redrive_run_letters order by position desc limit 1`,
    );
    await it.post(`dead-letters/${last[0]?.letter_id}/discard`, { reason: "not wanted" });
    await it.world.pool.q.execute(sql`update redrive_runs set per_second = 1000`);
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
