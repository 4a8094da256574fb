import { describe, expect, test } from "bun:test";
import { streams as declared } from "@app/contracts/topology.ts";
import { sql } from "drizzle-orm";
import { systemClock } from "../clock.ts";
import { silentLog } from "../log.ts";
import { openPool } from "../postgres.ts";
import { eventually } from "../testing/eventually.ts";
import { recordedLog } from "../testing/recorded-log.ts";
import { type SinkWorld, sinkConsumer, sinkWorld } from "../testing/sink.ts";
import { type MaintenanceOptions, maintainOnce } from "./maintenance.ts";
import { emptySentSlots } from "./sent-slots.ts";

const day = 86_400_000;
const { durable } = sinkConsumer;
/** As the topology has them, heard by the sink alone: nobody else here acknowledges anything. */
const streams = declared.map((stream) => ({
  ...stream,
  durables: stream.durables.filter(({ name }) => name === durable),
}));

const options = (world: SinkWorld): MaintenanceOptions => ({
  pool: world.pool,
  broker: world.broker,
  streams,
  outboxKeepMs: 2 * day,
  deadLettersKeepMs: 90 * day,
  clock: systemClock,
  log: silentLog,
});

async function sent(world: SinkWorld): Promise<number> {
  const rows = await world.pool.q.execute(sql`select 1 from outbox_sent`);
  return rows.length;
}

/** Moves what was sent into an earlier slot, as if it had been sent so many days before. */
async function age(world: SinkWorld, days: number): Promise<void> {
  await world.pool.q.execute(sql`
    update outbox_sent set sent_at = sent_at - make_interval(days => ${days}::int),
      slot = (((extract(epoch from sent_at) / 43200)::bigint - ${days * 2}::int) % 32)::smallint`);
}

async function sentAndHandled(world: SinkWorld): Promise<void> {
  await using _replica = world.start();
  await world.send("1", [1, 2]);
  await eventually(async () => {
    expect(await world.handled()).toHaveLength(2);
    expect(await sent(world)).toBe(2);
    const state = await world.broker.durableState(sinkConsumer.stream, sinkConsumer.durable);
    expect(state?.ackFloor).toBe(2);
  });
}

describe("emptySentSlots", () => {
  test("keeps what is younger than OUTBOX_KEEP and removes what is older", async () => {
    await using world = await sinkWorld();
    await sentAndHandled(world);

    expect(await emptySentSlots(options(world))).toBe(0);
    await age(world, 1);
    expect(await emptySentSlots(options(world))).toBe(0);
    await age(world, 2);
    expect(await emptySentSlots(options(world))).toBe(1);

    expect(await sent(world)).toBe(0);
  });

  test("keeps what a durable has not acknowledged, for fourteen days", async () => {
    await using world = await sinkWorld();
    await sentAndHandled(world);
    await world.pool.q.execute(sql`update outbox_sent set stream_sequence = stream_sequence + 1`);

    await age(world, 3);
    expect(await emptySentSlots(options(world))).toBe(0);
    await age(world, 12);
    expect(await emptySentSlots(options(world))).toBe(1);
  });
});

describe("maintainOnce", () => {
  const never = new AbortController().signal;

  const count = async (world: SinkWorld, table: "inbox" | "idempotency_keys") =>
    (await world.pool.q.execute(sql`select 1 from ${sql.identifier(table)}`)).length;

  const fillInbox = (world: SinkWorld, rows: number, days: number) =>
    world.pool.q.execute(sql`
      insert into inbox (consumer, event_id, handled_at)
      select 'someone', gen_random_uuid(), now() - make_interval(days => ${days}::int)
      from generate_series(1, ${rows}::int)`);

  test("deletes all that is old in one round, however much it is, and nothing younger", async () => {
    await using world = await sinkWorld();
    await fillInbox(world, 12_000, 4);
    await fillInbox(world, 3, 1);

    await maintainOnce(options(world), never);

    expect(await count(world, "inbox")).toBe(3);
  });

  const makeLetter = (
    world: SinkWorld,
    letter: { key?: string; state: string; days: number | null; stream?: string },
  ) =>
    world.pool.q.execute(sql`
      insert into dead_letters (consumer, key, version, event_id, stream, stream_sequence, subject,
        headers, payload, published_at, reason, state, resolved_at)
      values (${durable}, ${letter.key ?? null}, ${letter.key ? 1 : null}, gen_random_uuid(),
        ${letter.stream ?? "ORDERS"}, 1, '', '', '', now(), 'attempts_used', ${letter.state},
        now() - make_interval(days => ${letter.days}::int))`);

  test("forgets redrive runs that ended long ago with their letters, and none that is open", async () => {
    await using world = await sinkWorld();
    await makeLetter(world, { state: "dead", days: null });
    await world.pool.q.execute(sql`
      insert into redrive_runs (consumer, state, selection, canary, per_second, actor, finished_at)
      select 'someone', state, '{}', 0, 1, 'ann', now() - make_interval(days => days)
      from (values ('done', 91), ('cancelled', 89), ('paused', null)) run (state, days)`);
    await world.pool.q.execute(sql`
      insert into redrive_run_letters (run_id, position, letter_id)
      select r.id, n, d.id from redrive_runs r, dead_letters d, generate_series(1, 5001) n
      where r.state = 'done'`);

    await maintainOnce(options(world), never);

    const left = await world.pool.q.execute<{ state: string }>(
      sql`select state from redrive_runs order by id`,
    );
    expect(left.map(({ state }) => state)).toEqual(["cancelled", "paused"]);
  });

  test("forgets letters that were resolved long ago with their revisions, and none that is dead", async () => {
    await using world = await sinkWorld();
    await makeLetter(world, { key: "order/1", state: "done", days: 91 });
    await makeLetter(world, { key: "order/2", state: "discarded", days: 91 });
    await makeLetter(world, { key: "order/3", state: "discarded", days: 89 });
    await makeLetter(world, { key: "order/4", state: "dead", days: null });
    await world.pool.q.execute(sql`
      insert into dead_letter_revisions (letter_id, revision, payload)
      select id, 1, '' from dead_letters`);
    await world.pool.q.execute(
      sql`insert into audit (at, actor, action, target) values (now() - interval '9 years', 'a', 'b', 'c')`,
    );

    await maintainOnce(options(world), never);

    const left = await world.pool.q.execute<{ key: string }>(sql`
      select key from dead_letters join dead_letter_revisions on letter_id = id order by id`);
    expect(left.map(({ key }) => key)).toEqual(["order/3", "order/4"]);
    const [counts] = await world.pool.q.execute(sql`
      select (select count(*)::int from dead_letter_revisions) as revisions,
        (select count(*)::int from audit) as audited`);
    expect(counts).toEqual({ revisions: 2, audited: 1 });
    await using replica = world.start();
    const act = { id: 2, actor: "ann", reason: "a mistake" };
    await expect(replica.messaging.repair(durable).restore(act)).rejects.toMatchObject({
      kind: "not_found",
    });
  });

  test("keeps the letter that alone says what became of a message of its stream", async () => {
    await using world = await sinkWorld();
    const keepsAll = streams.map((stream) => ({ ...stream, maxAgeSeconds: 0 }));
    await makeLetter(world, { state: "discarded", days: 1_000 });
    await makeLetter(world, { key: "order/1", state: "done", days: 1_000 });
    await makeLetter(world, { key: "order/2", state: "done", days: 1_000 });
    await world.pool.q.execute(sql`
      insert into lanes (consumer, key, version) values (${durable}, 'order/2', 1)`);

    await maintainOnce({ ...options(world), streams: keepsAll }, never);

    const left = await world.pool.q.execute<{ key: string | null }>(
      sql`select key from dead_letters order by id`,
    );
    expect(left.map(({ key }) => key)).toEqual([null, "order/1"]);
  });

  test("keeps a letter that is restored while it waits to forget it", async () => {
    await using world = await sinkWorld();
    // Waits for a lock as long as a busy machine needs to see that it does.
    const patient = openPool({
      url: world.databaseUrl,
      connectionsMax: 3,
      name: "patient",
      lockTimeoutMs: 60_000,
      statementTimeoutMs: 60_000,
      idleInTransactionTimeoutMs: 60_000,
    });
    await makeLetter(world, { key: "order/1", state: "discarded", days: 91 });

    const maintained = await patient.transaction(async ({ q }) => {
      await q.execute(sql`update dead_letters set state = 'dead', resolved_at = null`);
      const ended = { when: maintainOnce({ ...options(world), pool: patient }, never) };
      await eventually(async () => {
        const waiting = await world.pool.q.execute(sql`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`);
        expect(waiting).toHaveLength(1);
      });
      return ended;
    });
    await maintained.when;

    expect(await world.deadLetterIds()).toHaveLength(1);
    await patient.close(1_000);
  });

  test("keeps what a paused run has still to look at", async () => {
    await using world = await sinkWorld();
    await makeLetter(world, { key: "order/1", state: "done", days: 91 });
    await world.pool.q.execute(sql`
      insert into redrive_runs (consumer, state, selection, canary, per_second, actor)
      values (${durable}, 'paused', '{}', 0, 1, 'ann')`);
    await world.pool.q.execute(sql`
      insert into redrive_run_letters (run_id, position, letter_id)
      select r.id, 1, d.id from redrive_runs r, dead_letters d`);

    await maintainOnce(options(world), never);

    expect(await world.pool.q.execute(sql`select from dead_letters`)).toHaveLength(1);
  });

  test("forgets the attempts of messages that are done with, and of no others", async () => {
    await using world = await sinkWorld();
    await fillInbox(world, 2, 0);
    await world.pool.q.execute(sql`
      insert into message_attempts (consumer, event_id, attempts)
      select consumer, event_id, 1 from inbox
      union all select 'another', event_id, 2 from inbox limit 3`);

    await maintainOnce(options(world), never);

    const left = await world.pool.q.execute(sql`select consumer, attempts from message_attempts`);
    expect([...left]).toEqual([{ consumer: "another", attempts: 2 }]);
  });

  test("goes on with the other chores when the broker fails one", async () => {
    await using world = await sinkWorld();
    await sentAndHandled(world);
    await age(world, 3);
    await fillInbox(world, 10, 4);
    await world.pool.q.execute(sql`
      insert into idempotency_keys (scope, key, resource_id, request_hash, created_at)
      values ('a', 'b', '1', '', now() - interval '2 days')`);
    const { log, lines } = recordedLog();
    const durableState = () => Promise.reject(new Error("no answer"));

    await maintainOnce(
      { ...options(world), log, broker: { ...world.broker, durableState } },
      never,
    );

    expect(lines).toMatchObject([{ level: "error", chore: "sent messages" }]);
    expect([await count(world, "inbox"), await count(world, "idempotency_keys")]).toEqual([2, 0]);
  });

  test("does not look through a slot again and again that a durable holds back", async () => {
    await using world = await sinkWorld();
    await sentAndHandled(world);
    await world.pool.q.execute(sql`update outbox_sent set stream_sequence = stream_sequence + 1`);
    await age(world, 3);
    const statements: string[] = [];
    const pool = openPool({
      url: world.databaseUrl,
      connectionsMax: 1,
      name: "counted",
      onStatement: (text) => statements.push(text),
    });

    expect(await emptySentSlots({ ...options(world), pool })).toBe(0);

    const summaries = statements.filter((text) => text.includes("stream_sequence"));
    expect(summaries).toHaveLength(1);
    await pool.q.execute(sql`set enable_seqscan = off`);
    const plan = await pool.q.execute(sql.raw(`explain ${summaries[0]}`));
    expect(JSON.stringify(plan)).toContain("Index Only Scan Backward");
    await pool.close(1_000);
  });
});
