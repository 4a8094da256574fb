import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { eventually } from "../testing/eventually.ts";
import { coreInvariants } from "./core-invariants.ts";
import { inSnapshot, keepVerdicts, stillBroken, verifyAll, verifyOne } from "./verify.ts";

setDefaultTimeout(120_000);

const service = "checked";
const options = {
  service,
  streams: ["ORDERS", "DEAD_LETTERS"],
  keyed: ["c"],
  connectionsMax: { requests: 2, core: 4 },
};
const invariants = coreInvariants(options);

async function openWorld() {
  const database = await temporaryDatabase("orders");
  const pool = openPool({ url: database.url, connectionsMax: 4, name: "invariants test" });
  return {
    pool,
    url: database.url,
    run: (text: string) => pool.q.execute(sql.raw(text)),
    /** What each invariant that does not hold has to say, in all its slices. */
    async broken(): Promise<readonly string[]> {
      const found = new Set<string>();
      for (const { name, look } of invariants) {
        for (let cursor: string | undefined, slices = 0; slices < 20; slices += 1) {
          const slice = { cursor, rowsMax: 2, breachesMax: 10, sentKeepMs: 172_800_000 };
          const { breaches, next } = await inSnapshot(pool, (tx) => look(tx, slice));
          for (const { about, problem } of breaches) found.add(`${name}: ${about}: ${problem}`);
          if (next === undefined) break;
          cursor = next;
        }
      }
      return [...found];
    },
    async [Symbol.asyncDispose]() {
      await pool.close(1_000);
      await database[Symbol.asyncDispose]();
    },
  };
}

const sent = (key: string, version: number, sequence: number, stream = "ORDERS") => `
  insert into outbox_sent (slot, id, event_id, key, version, subject, headers, payload, stream,
    stream_sequence, created_at, sent_at)
  values (0, ${sequence}, gen_random_uuid(), '${key}', ${version}, 's', '', '', '${stream}',
    ${sequence}, now(), now())`;
const parked = (key: string, version: number) => `
  insert into parked (consumer, key, version, event_id, stream, stream_sequence, subject, headers,
    payload, published_at) values ('c', '${key}', ${version}, gen_random_uuid(), 'S', 1, 's', '', '', now())`;
const dead = (key: string, version: number) => `
  insert into dead_letters (consumer, key, version, event_id, stream, stream_sequence, subject,
    headers, payload, published_at, reason)
  values ('c', '${key}', ${version}, gen_random_uuid(), 'S', 1, 's', '', '', now(), 'unreadable')`;
const lane = (key: string, version: number, { waiting = 0, blocked = false } = {}) => `
  insert into lanes (consumer, key, version, waiting, blocked)
  values ('c', '${key}', ${version}, ${waiting}, ${blocked})`;

const healthy = [
  ...[1, 2, 3].map((version) => sent("a/1", version, version)),
  sent("a/2", 1, 4),
  ...[5, 6, 7].map((sequence) => sent(`dead-letter/${sequence}`, 1, sequence, "DEAD_LETTERS")),
  lane("a/1", 4, { waiting: 1 }),
  parked("a/1", 6),
  lane("a/2", 1, { blocked: true, waiting: 1 }),
  dead("a/2", 2),
  parked("a/2", 3),
  lane("a/3", 1),
];

describe("the core's invariants", () => {
  test("hold of what waits, is blocked and flows", async () => {
    await using world = await openWorld();
    for (const statement of healthy) await world.run(statement);

    expect(await world.broken()).toEqual([]);
  });

  test.each([
    [
      "a message without a trace",
      `insert into differences (kind, stream, consumer, sequence, event_id, key, version, subject, confirmed)
       values ('received', 'ORDERS', 'c', 7, gen_random_uuid(), 'a/1', 2, 's', true),
         ('received', 'ORDERS', 'c', 8, gen_random_uuid(), 'a/1', 3, 's', false)`,
      "received-accounted-for: a/1 v2: c acknowledged ORDERS 7 and has no trace of it",
    ],
    [
      "a message that a stream lacks",
      `insert into differences (kind, stream, consumer, sequence, event_id, subject, confirmed)
       values ('sent', 'ORDERS', '', 7, gen_random_uuid(), 's', true)`,
      "sent-in-stream: s: ORDERS lacks it at 7",
    ],
    ["a version left out", sent("a/2", 3, 8), "versions-whole: a/2: version 3 follows 1"],
    ["a version used twice", sent("a/2", 1, 8), "versions-whole: a/2: version 1 follows 1"],
    [
      "a version used twice that still waits",
      `insert into outbox (event_id, key, version, subject, headers, payload)
       values (gen_random_uuid(), 'a/1', 3, 's', '', '')`,
      "versions-whole: a/1: version 3 follows 3",
    ],
    [
      "a parked message that its lane has passed",
      "update lanes set version = 6 where key = 'a/1'",
      "lanes-agree: c a/1: version 6 is parked and the lane stands at 6",
    ],
    [
      "a lane that miscounts",
      "update lanes set waiting = 2 where key = 'a/1'",
      "lanes-agree: c a/1: 2 wait and 1 are parked",
    ],
    [
      "a dead letter that blocks nothing",
      "update lanes set blocked = false where key = 'a/2'",
      "lanes-agree: c a/2: dead letter 1 of version 2 does not block the lane, which stands at 1",
    ],
    [
      "a lane that nothing blocks",
      "update lanes set blocked = true where key = 'a/3'",
      "lanes-agree: c a/3: blocked, and version 2 is no dead letter",
    ],
  ])("name %s", async (_, statement, expected) => {
    await using world = await openWorld();
    for (const before of healthy) await world.run(before);
    await world.run(statement);

    expect(await world.broken()).toEqual([expected]);
  });

  test("name connections beyond what the pools may hold", async () => {
    await using world = await openWorld();
    const greedy = openPool({ url: world.url, connectionsMax: 3, name: service });
    await Promise.all([1, 2, 3].map(() => greedy.q.execute(sql`select pg_sleep(1)`)));

    // They stay open, so that the next request need not wait for one.
    expect(await world.broken()).toEqual([
      `connections-bounded: connections of ${service}: 3 are open, 2 is the most for each of 0 replicas`,
    ]);
    await greedy.close(1_000);
  });

  test("name a transaction of ours that stays open, and whoever waits for its lock", async () => {
    await using world = await openWorld();
    const limits = { openMax: "10 milliseconds", lockWaitMax: "10 milliseconds" };
    const [strict] = coreInvariants({ ...options, ...limits }).filter(
      ({ name }) => name === "transactions-short",
    );
    const slice = { cursor: undefined, rowsMax: 10, breachesMax: 10, sentKeepMs: 0 };
    const ours = openPool({
      url: world.url,
      connectionsMax: 2,
      name: service,
      lockTimeoutMs: 60_000,
      statementTimeoutMs: 60_000,
      idleInTransactionTimeoutMs: 60_000,
    });
    let waiting: Promise<unknown> | undefined;

    await ours.transaction(async ({ q }) => {
      await q.execute(sql`lock table lanes`);
      waiting = Promise.resolve(ours.q.execute(sql`select from lanes`));
      await eventually(async () => {
        const look = await inSnapshot(world.pool, async (tx) => strict?.look(tx, slice));
        expect(look?.breaches.map(({ problem }) => problem.replace(/since.*/, "since"))).toEqual([
          "its transaction is open since",
          "it waits for a lock since",
        ]);
      });
    });
    await waiting;
    await ours.close(1_000);
  });

  test("name a transaction of a role that we are no member of, by what it holds back", async () => {
    await using world = await openWorld();
    await using runtime = await temporaryRole(world);
    const [strict] = coreInvariants({ ...options, heldBackMax: 1 }).filter(
      ({ name }) => name === "transactions-short",
    );
    const slice = { cursor: undefined, rowsMax: 10, breachesMax: 10, sentKeepMs: 0 };
    const looking = openPool({ url: runtime.url, connectionsMax: 1, name: service });

    await world.pool.transaction(async ({ q }) => {
      await q.execute(sql`insert into audit (actor, action, target) values ('a', 'b', 'c')`);
      for (const of of ["a", "b", "c"])
        await world.run(`insert into audit (actor, action, target) values ('${of}', 'b', 'c')`);
      const look = await inSnapshot(looking, async (tx) => strict?.look(tx, slice));

      expect(look?.breaches.map(({ problem }) => problem)).toContainEqual(
        expect.stringMatching(/^its transaction holds back what \d+ later ones left$/),
      );
    });
    await looking.close(1_000);
  });
});

/** A role that may log in, and is in no other. */
async function temporaryRole({ url, run }: { url: string; run: (text: string) => unknown }) {
  const name = `quickbite_test_role_${crypto.randomUUID().slice(0, 8)}`;
  const password = crypto.randomUUID();
  await run(`create role ${name} login password '${password}'`);
  const own = new URL(url);
  [own.username, own.password] = [name, password];
  return {
    url: own.href,
    async [Symbol.asyncDispose]() {
      await run(`drop role ${name}`);
    },
  };
}

describe("verifying", () => {
  const sleeping = {
    name: "sleeping",
    sentence: "it takes too long",
    look: async ({ q }: Parameters<(typeof invariants)[number]["look"]>[0]) => {
      await q.execute(sql`set local statement_timeout = 10`);
      await q.execute(sql`select pg_sleep(5)`);
      return { checked: 1, breaches: [] };
    },
  };

  test("says what could not be looked at in time, and what there was no time for", async () => {
    await using world = await openWorld();
    const verifying = { db: world.pool, invariants: [sleeping, ...invariants], sentKeepMs: 1 };
    let nowMs = 0;
    const clock = { monotonicMs: () => nowMs++ } as Parameters<typeof verifyAll>[2]["clock"];

    const one = await verifyOne(verifying, "sleeping");
    const all = await verifyAll(verifying.invariants, (name) => verifyOne(verifying, name), {
      clock,
      budgetMs: 3,
    });

    expect(one.problem).toStartWith("the look took longer");
    expect(all.map(({ problem }) => problem?.split(":")[0] ?? null)).toEqual([
      expect.stringContaining("longer"),
      null,
      ...invariants.slice(1).map(() => "there was no time left"),
    ]);
    expect(verifyOne(verifying, "other")).rejects.toThrow("unknown invariant, there is sleeping");
  });

  test("tells as broken what is so at two looks in a row", async () => {
    const verdict = (name: string, ...about: readonly string[]) => ({
      name,
      sentence: "",
      look: { checked: 9, breaches: about.map((one) => ({ about: one, problem: "wrong" })) },
      problem: null,
    });
    const later = new Map([
      ["moving", verdict("moving", "c")],
      ["broken", verdict("broken", "b", "c")],
    ]);
    const asked: string[] = [];

    const sure = await stillBroken(
      [verdict("whole"), verdict("moving", "a", "b"), verdict("broken", "a", "b")],
      async (name) => {
        asked.push(name);
        return later.get(name) ?? verdict(name);
      },
    );

    expect(asked).toEqual(["moving", "broken"]);
    expect(sure).toEqual([verdict("whole"), verdict("moving"), verdict("broken", "b")]);
  });

  test("changes nothing, and keeps what the last look found", async () => {
    await using world = await openWorld();
    const writing = {
      ...sleeping,
      look: async ({ q }: Parameters<typeof sleeping.look>[0]) => {
        await q.execute(sql`delete from lanes`);
        return { checked: 0, breaches: [] };
      },
    };
    const verdict = { name: "a", sentence: "", look: { checked: 0, breaches: [] }, problem: null };
    const breach = { about: "b", problem: "c" };

    const written = await verifyOne(
      { db: world.pool, invariants: [writing], sentKeepMs: 1 },
      "sleeping",
    ).catch((error: Error) => String(error.cause));
    await keepVerdicts(world.pool, [verdict]);
    await keepVerdicts(world.pool, [{ ...verdict, look: { checked: 1, breaches: [breach] } }]);

    expect(written).toContain("read-only transaction");
    const kept = await world.run("select name, breaches, problem from invariants_checked");
    expect([...kept]).toEqual([{ name: "a", breaches: 1, problem: null }]);
  });
});
