import { asc, eq, sql } from "drizzle-orm";
import type { Database } from "../postgres.ts";
import { within } from "../within.ts";
import type { Broker } from "./broker.ts";
import type { Inspected } from "./messaging.ts";
import type { OutboxView } from "./ops-views.ts";
import { onlyPartition } from "./outbox.ts";
import { lockClass } from "./postgres-lease.ts";
import { postgresOutbox } from "./postgres-outbox.ts";
import { publishedBy } from "./published-stream.ts";
import { brokerSeen, outbox, streamsSeen } from "./tables.ts";

/** Counting a long backlog to its end would take as long as the backlog is long. */
const countMax = 10_000;
const streamsWithinMs = 600;

/** What is committed and not yet with the broker, oldest first. */
export async function showOutbox(
  inspected: Inspected,
  { key, limit }: { readonly key?: string | undefined; readonly limit: number },
): Promise<OutboxView> {
  const { db, broker } = inspected;
  const { q } = db;
  const { count, oldestMs } = await postgresOutbox(db).backlog(countMax);
  const rows = await q
    .select({
      id: outbox.id,
      key: outbox.key,
      version: outbox.version,
      subject: outbox.subject,
      resent: outbox.resent,
      createdAt: outbox.createdAt,
    })
    .from(outbox)
    .where(key === undefined ? undefined : eq(outbox.key, key))
    .orderBy(asc(outbox.id))
    .limit(limit);
  const asked = streamProblems(inspected);
  const streams = await q.select().from(streamsSeen).orderBy(asc(streamsSeen.stream));
  const [seen] = await q.select().from(brokerSeen).limit(1);

  const leader = await relayLeader(db);
  const problems = await asked;
  const nowMs = Date.now();
  return {
    backlog: { count, atLeast: count === countMax, oldestAgeMs: Math.max(0, Math.round(oldestMs)) },
    rows: rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      ageMs: Math.max(0, nowMs - row.createdAt.getTime()),
    })),
    streams: streams.map(({ stream, lastSequence, deleted, seenAt, forgot }) => ({
      stream,
      lastSequence,
      deleted,
      seenAt: seenAt.toISOString(),
      problem: forgot ?? problems?.get(stream) ?? null,
    })),
    broker: {
      connected: broker.connected(),
      answeredAt: seen?.seenAt.toISOString() ?? null,
      problem: problems ? await inspected.problemOf("canary") : silence(broker),
    },
    relay: { leader, problem: await inspected.problemOf("relay") },
  };
}

/** Why nothing can be published to a stream, of those where it is so; undefined when the broker does not say. */
async function streamProblems({
  service,
  broker,
  streams,
}: Inspected): Promise<ReadonlyMap<string, string> | undefined> {
  if (!broker.connected()) return undefined;
  const states = publishedBy(service, streams).map(async ({ name }) => {
    const state = await broker.streamState(name);
    if (!state) return [[name, "there is no such stream"] as const];
    return state.full === true ? [[name, "it is full"] as const] : [];
  });
  try {
    const found = await within(Promise.all(states), streamsWithinMs, "the broker does not answer");
    return new Map(found.flat());
  } catch {
    return undefined; // The answer says that the broker does not answer.
  }
}

const silence = (broker: Broker) =>
  broker.connected() ? "it does not answer" : "there is no connection to it";

/** Who holds the leader's lock, by Postgres' own word. */
async function relayLeader({ q }: Database): Promise<OutboxView["relay"]["leader"]> {
  const [row] = await q.execute<{ application: string | null; pid: number }>(sql`
    select a.application_name as application, l.pid
    from pg_locks l left join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory' and l.granted and l.objsubid = 2
      and l.database = (select oid from pg_database where datname = current_database())
      and l.classid = ${lockClass}::int::oid and l.objid = ${onlyPartition}::int::oid`);
  return row ? { application: row.application ?? "", pid: row.pid } : null;
}
