import { invalidCursor } from "@app/platform/cursor.ts";
import type { Breach, Invariant, Look, Slice } from "@app/platform/messaging/invariant.ts";
import { outbox, outboxSent } from "@app/platform/messaging/tables.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { type SQL, sql } from "drizzle-orm";
import { sessions, signingKeys, users } from "./tables.ts";

/** What is true of accounts, sessions and keys at any moment. */
export const userInvariants: readonly Invariant[] = [
  {
    name: "users-as-stated",
    sentence: "each account was stated once for each of its versions",
    look: asStated,
  },
  {
    name: "sessions-are-families",
    sentence: "a session is of an account, and has one newest token that is no other's",
    look: areFamilies,
  },
  {
    name: "one-key-has-no-successor",
    sentence: "of the keys that sign tokens exactly one has no successor",
    look: oneKeyIsLast,
  },
];

/** Of older accounts the messages may be forgotten, all of them or their beginning, but never the last alone. */
function asStated(tx: Transaction, slice: Slice): Promise<Look> {
  return newestFirst(tx, slice, {
    of: sql`select id, version,
      created_at > now() - make_interval(secs => ${slice.sentKeepMs / 1_000}::float8) as young
      from ${users}`,
    // Grouped, not joined: of how many messages wait the planner knows too little to join them well.
    broken: sql`
      select s.key as about, 'at version ' || max(s.version) || ', and stated '
        || count(s.stated) || ' times up to ' || coalesce(max(s.stated), 0) as problem
      from (
        select 'user/' || id as key, version, young, null::bigint as stated from slice
        union all
        select key, null, null, version from ${outboxSent}
        where key = any(array(select 'user/' || id from slice))
        union all
        select key, null, null, version from ${outbox} where key like 'user/%'
      ) s
      group by s.key
      having (bool_or(s.young) and count(s.stated) <> max(s.version))
        or max(s.stated) <> max(s.version)`,
    orderBy: sql`s.key desc`,
  });
}

/** Tokens are compared within a slice: that two sessions have one cannot come about by chance. */
function areFamilies(tx: Transaction, slice: Slice): Promise<Look> {
  return newestFirst(tx, slice, {
    of: sql`select id, user_id, token_hash, token_hash_before, rotated_at, created_at, expires_at
      from ${sessions}`,
    broken: sql`
      select 'session/' || s.id as about, case
        when u.id is null then 'is of nobody'
        when s.holders > 1 then 'has its newest token with another session'
        when s.token_hash = s.token_hash_before then 'has one token twice'
        else 'ends or goes on before it begins' end as problem
      from (select *, count(*) over (partition by token_hash) as holders from slice) s
      left join ${users} u on u.id = s.user_id
      where u.id is null or s.holders > 1 or s.token_hash = s.token_hash_before
        or s.expires_at <= s.created_at or s.rotated_at < s.created_at`,
    orderBy: sql`s.id desc`,
  });
}

/** Whoever makes a key ends the one before it in the same transaction. Keys are few. */
async function oneKeyIsLast({ q }: Transaction, { cursor }: Slice): Promise<Look> {
  if (cursor !== undefined) throw invalidCursor();
  const [row] = await q.execute<{ checked: string; last: string }>(sql`
    select count(*) as checked, count(*) filter (where verifies_until is null) as last
    from ${signingKeys}`);
  const last = Number(row?.last ?? 0);
  const breach = { about: "signing keys", problem: `${last} have no successor` };
  return { checked: Number(row?.checked ?? 0), breaches: last === 1 ? [] : [breach] };
}

interface Looking {
  /** A query of rows with their id. */
  readonly of: SQL;
  /** A query of breaches among the rows `slice s`. */
  readonly broken: SQL;
  readonly orderBy: SQL;
}

const SLICE_MAX = 5_000;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids are UUIDv7, so the greatest is the newest. */
async function newestFirst(
  { q }: Transaction,
  { cursor, rowsMax, breachesMax }: Slice,
  { of, broken, orderBy }: Looking,
): Promise<Look> {
  if (cursor !== undefined && !UUID.test(cursor)) throw invalidCursor();
  const max = Math.min(rowsMax, SLICE_MAX);
  const below = cursor === undefined ? sql`true` : sql`id < ${cursor}::uuid`;
  const [row] = await q.execute<Found>(sql`
    with slice as materialized (
      select * from (${of}) rows where ${below} order by id desc limit ${max}
    ), broken as (${broken} order by ${orderBy} limit ${breachesMax})
    select (select count(*) from slice) as checked,
      (select id from slice order by id limit 1) as last,
      (select coalesce(json_agg(broken), '[]') from broken) as breaches`);
  const checked = Number(row?.checked ?? 0);
  const next = checked === max && row?.last ? row.last : undefined;
  return { checked, breaches: row?.breaches ?? [], next };
}

interface Found extends Record<string, unknown> {
  readonly checked: string;
  readonly last: string | null;
  readonly breaches: Breach[];
}
