import { sql } from "drizzle-orm";
import { invalidCursor } from "../cursor.ts";
import type { Transaction } from "../postgres.ts";
import type { Breach, Invariant, Look, Slice } from "./invariant.ts";
import { differences, type SweepKind } from "./reconcile-tables.ts";
import { deadLetters, lanes, outbox, outboxSent, parked } from "./tables.ts";

export interface CoreInvariantOptions {
  /** The name that the service's connections carry. */
  readonly service: string;
  /** Streams that the service publishes to. */
  readonly streams: readonly string[];
  /** Consumers that order by key. */
  readonly keyed: readonly string[];
  /** Connections of one replica's pool for requests, and of its core's. */
  readonly connectionsMax: { readonly requests: number; readonly core: number };
  /** How long a transaction of ours may be open, and wait for a lock, as Postgres writes intervals. */
  readonly openMax?: string;
  readonly lockWaitMax?: string;
  /** How many transactions of the server may begin while another role holds back what is dead. */
  readonly heldBackMax?: number;
}

/** What is true of every service that stands on this core. */
export function coreInvariants(options: CoreInvariantOptions): readonly Invariant[] {
  return [
    {
      name: "received-accounted-for",
      sentence: "every message that was acknowledged was handled, is parked or is a dead letter",
      look: (tx, slice) => missing(tx, "received", slice),
    },
    {
      name: "sent-in-stream",
      sentence: "every message that was sent is in its stream until its age takes it",
      look: (tx, slice) => missing(tx, "sent", slice),
    },
    {
      name: "versions-whole",
      sentence: "the messages of a key carry versions without gap or repeat",
      look: (tx, slice) => statedVersions(tx, slice, options.streams),
    },
    {
      name: "lanes-agree",
      sentence:
        "a lane holds exactly what is parked behind it, and is blocked exactly by a dead letter",
      look: (tx, slice) => disagreeing(tx, slice, options.keyed),
    },
    {
      name: "transactions-short",
      sentence: "no transaction stays open and no lock is waited for long",
      look: (tx, slice) => longTransactions(tx, slice, options),
    },
    {
      name: "connections-bounded",
      sentence: "no replica holds more connections than its pools may",
      look: (tx) => connections(tx, options),
    },
  ];
}

async function missing({ q }: Transaction, kind: SweepKind, { breachesMax }: Slice): Promise<Look> {
  const breaches = await q.execute<{ about: string; problem: string }>(sql`
    select coalesce(key || ' v' || version, subject) as about,
      case when kind = 'sent' then stream || ' lacks it at ' || sequence
        else consumer || ' acknowledged ' || stream || ' ' || sequence || ' and has no trace of it'
      end as problem
    from ${differences} where kind = ${kind} and confirmed
    order by stream, sequence limit ${breachesMax}`);
  return { checked: breaches.length, breaches: [...breaches] };
}

/** By stream, the last sequences first; keys whose messages all wait belong to the first slice. */
async function statedVersions(
  { q }: Transaction,
  { cursor, rowsMax, breachesMax, sentKeepMs }: Slice,
  streams: readonly string[],
): Promise<Look> {
  const [stream = streams[0] ?? "", before] = cursor?.split(" ") ?? [];
  if (cursor !== undefined && !/^\d{1,15}$/.test(before ?? "")) throw invalidCursor();
  const keep = sql`now() - make_interval(secs => ${sentKeepMs / 1000}::float8)`;
  const [row] = await q.execute<{ checked: string; lowest: string | null; breaches: Breach[] }>(sql`
    with sent as (
      select key, stream_sequence from ${outboxSent}
      where stream = ${stream} and stream_sequence < ${Number(before ?? beyondAnyEnd)}
      order by stream_sequence desc limit ${rowsMax}
    ), waiting as (
      select key from ${outbox} where ${cursor === undefined} order by id desc limit ${rowsMax}
    ), keys as (
      select key from sent union select key from waiting
    ), stated as (
      select key, version, created_at from ${outboxSent} where key in (select key from keys)
      union all
      select key, version, created_at from ${outbox} where key in (select key from keys)
    ), following as (
      select key, version, lag(version) over (partition by key order by version) as before
      from stated where created_at > ${keep}
    ), broken as (
      select key, version, before from following
      where before is not null and version <> before + 1 order by key, version limit ${breachesMax}
    )
    select (select count(*) from sent) as checked, (select min(stream_sequence) from sent) as lowest,
      (select coalesce(json_agg(json_build_object('about', key, 'problem',
        'version ' || version || ' follows ' || before)), '[]') from broken) as breaches`);
  const checked = Number(row?.checked ?? 0);
  const following = streams[streams.indexOf(stream) + 1];
  const next = following === undefined ? undefined : `${following} ${beyondAnyEnd}`;
  return {
    checked,
    breaches: row?.breaches ?? [],
    next: checked === rowsMax ? `${stream} ${row?.lowest}` : next,
  };
}

/** No stream holds so many messages. */
const beyondAnyEnd = 999_999_999_999_999;

/** First the few lanes at which anything waits, then, by key, all lanes that are blocked. */
async function disagreeing(
  tx: Transaction,
  { cursor, rowsMax, breachesMax }: Slice,
  keyed: readonly string[],
): Promise<Look> {
  if (cursor !== undefined) return blockedByNothing(tx, { cursor, rowsMax, breachesMax });
  const consumers = sql`any(${sql.param(keyed)}::text[])`;
  const breaches = await tx.q.execute<{ about: string; problem: string }>(sql`
    select p.consumer || ' ' || p.key as about,
      'version ' || p.version || ' is parked and the lane stands at ' || coalesce(l.version, 0) as problem
    from ${parked} p left join ${lanes} l using (consumer, key)
    where l.version is null or p.version <= l.version
    union all
    select consumer || ' ' || key, coalesce(l.waiting, 0) || ' wait and '
      || coalesce(p.held, 0) || ' are parked'
    from (select consumer, key, waiting from ${lanes} where waiting > 0) l
    full join (select consumer, key, count(*) as held from ${parked} group by 1, 2) p
      using (consumer, key)
    where coalesce(l.waiting, 0) <> coalesce(p.held, 0)
    union all
    select d.consumer || ' ' || d.key, 'dead letter ' || d.id || ' of version ' || d.version
      || ' does not block the lane, which stands at ' || coalesce(l.version, 0)
    from ${deadLetters} d left join ${lanes} l using (consumer, key)
    where d.state = 'dead' and d.key is not null and d.consumer = ${consumers}
      and (l.key is null or not l.blocked or d.version <= l.version)
    order by 1 limit ${breachesMax}`);
  const [count] = await tx.q.execute<{ count: string }>(sql`select count(*) from ${parked}`);
  return { checked: Number(count?.count ?? 0), breaches: [...breaches], next: "lane" };
}

async function blockedByNothing(
  { q }: Transaction,
  { cursor, rowsMax, breachesMax }: Pick<Slice, "rowsMax" | "breachesMax"> & { cursor: string },
): Promise<Look> {
  const [, consumer = "", key = ""] = cursor.split(" ");
  const [row] = await q.execute<{ checked: string; last: string | null; breaches: Breach[] }>(sql`
    with slice as (
      select consumer, key, version, blocked from ${lanes}
      where (consumer, key) > (${consumer}, ${key}) order by consumer, key limit ${rowsMax}
    ), broken as (
      select consumer || ' ' || key as about, 'blocked, and version ' || version + 1
        || ' is no dead letter' as problem
      from slice s where blocked and not exists (
        select 1 from ${deadLetters} d where d.consumer = s.consumer and d.key = s.key
          and d.version = s.version + 1 and d.state = 'dead')
      limit ${breachesMax}
    )
    select (select count(*) from slice) as checked,
      (select consumer || ' ' || key from slice order by consumer desc, key desc limit 1) as last,
      (select coalesce(json_agg(broken), '[]') from broken) as breaches`);
  const checked = Number(row?.checked ?? 0);
  return {
    checked,
    breaches: row?.breaches ?? [],
    next: checked === rowsMax ? `lane ${row?.last}` : undefined,
  };
}

/**
 * Ours are ended by Postgres after seconds; whoever else holds one for an hour keeps all dead rows alive. When a
 * transaction of a role that ours is no member of began is hidden from us, so of those it is counted how many have
 * begun since. One that holds nothing back, idle and with nothing written, is not seen at all.
 */
async function longTransactions(
  { q }: Transaction,
  { breachesMax }: Slice,
  {
    service,
    openMax = oursOpenMax,
    lockWaitMax = oursLockWaitMax,
    heldBackMax = othersHoldBackMax,
  }: CoreInvariantOptions,
): Promise<Look> {
  const ours = sql`application_name in (${service}, ${`${service}-core`}, ${`${service} leader`})`;
  const heldBack = sql`greatest(age(backend_xid), age(backend_xmin))`;
  const breaches = await q.execute<{ about: string; problem: string }>(sql`
    select 'backend ' || pid || ' of ' || application_name as about,
      case when xact_start is null then 'its transaction holds back what ' || ${heldBack} || ' later ones left'
        when wait_event_type = 'Lock' and now() - query_start > ${lockWaitMax}::interval
        then 'it waits for a lock since ' || to_char(query_start, ${instantForm})
        else 'its transaction is open since ' || to_char(xact_start, ${instantForm}) end as problem
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and case when xact_start is null then ${heldBack} > ${heldBackMax}
        when ${ours} then now() - xact_start > ${openMax}::interval
          or (wait_event_type = 'Lock' and now() - query_start > ${lockWaitMax}::interval)
        else now() - xact_start > ${othersOpenMax}::interval end
    order by xact_start limit ${breachesMax}`);
  return { checked: breaches.length, breaches: [...breaches] };
}

/** Longer than the longest statement that a look of ours may take. */
const oursOpenMax = "90 seconds";
const othersOpenMax = "1 hour";
/** About what a busy hour begins, at 2 000 a second. */
const othersHoldBackMax = 7_000_000;
const oursLockWaitMax = "10 seconds";
const instantForm = `YYYY-MM-DD"T"HH24:MI:SSOF`;

/** Each replica has one session that leads or would like to: as many as there are, there are replicas. */
async function connections(
  { q }: Transaction,
  { service, connectionsMax }: CoreInvariantOptions,
): Promise<Look> {
  const [row] = await q.execute<Record<"replicas" | "requests" | "core", string>>(sql`
    select count(*) filter (where application_name = ${`${service} leader`}) as replicas,
      count(*) filter (where application_name = ${service}) as requests,
      count(*) filter (where application_name = ${`${service}-core`}) as core
    from pg_stat_activity where datname = current_database()`);
  const replicas = Number(row?.replicas ?? 0);
  const held = [
    { name: service, count: Number(row?.requests ?? 0), max: connectionsMax.requests },
    { name: `${service}-core`, count: Number(row?.core ?? 0), max: connectionsMax.core },
  ];
  const breaches = held
    .filter(({ count, max }) => count > max * Math.max(1, replicas))
    .map(({ name, count, max }) => ({
      about: `connections of ${name}`,
      problem: `${count} are open, ${max} is the most for each of ${replicas} replicas`,
    }));
  return { checked: held.reduce((sum, { count }) => sum + count, 0), breaches };
}
