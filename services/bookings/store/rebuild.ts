import { Refusal } from "@app/platform/errors.ts";
import { appendToAudit } from "@app/platform/messaging/audit.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { desc, eq, type SQL, sql } from "drizzle-orm";
import { eventView, eventViewState, type RebuildState, rebuilds } from "./tables.ts";

/** A rebuild of the projection: how far it is, and what came of it. */
export type Rebuild = typeof rebuilds.$inferSelect;

/**
 * Begins a rebuild: from the commit on every listener writes to the new generation as well. One that
 * is running already is the answer. The leader does the work, see `rebuild-task.ts`.
 */
export function beginRebuild(db: Database, actor: string): Promise<Rebuild> {
  return db.transaction(async (tx) => {
    const { live, building } = await lockState(tx);
    if (building !== null) return runningRebuild(tx);

    const [last] = await tx.q
      .select({ generation: rebuilds.generation })
      .from(rebuilds)
      .orderBy(desc(rebuilds.generation))
      .limit(1);
    // Never one that was used before: rows of it may still be written by a listener that was slow.
    const generation = Math.max(live, last?.generation ?? 0) + 1;
    await tx.q.update(eventViewState).set({ building: generation });
    const [rebuild] = await tx.q.insert(rebuilds).values({ generation, actor }).returning();
    if (!rebuild) throw new Error("a rebuild was stored and is not there");
    await appendToAudit(tx.q, {
      actor,
      action: "rebuild projection",
      target: "projection/event_view",
      detail: { rebuild: rebuild.id, generation },
    });
    return rebuild;
  });
}

/** Gives up a rebuild that is running; what is live stays. */
export function cancelRebuild(db: Database, id: number, actor: string): Promise<Rebuild> {
  return db.transaction(async (tx) => {
    const { building } = await lockState(tx);
    const rebuild = await findRebuild(tx, id);
    if (rebuild.state !== "running" || rebuild.generation !== building) return rebuild;
    await tx.q.update(eventViewState).set({ building: null });
    await appendToAudit(tx.q, {
      actor,
      action: "cancel rebuild",
      target: "projection/event_view",
      detail: { rebuild: id },
    });
    return end(tx, rebuild, { state: "cancelled", changed: null });
  });
}

export async function findRebuild({ q }: Database, id: number): Promise<Rebuild> {
  const [rebuild] = await q.select().from(rebuilds).where(eq(rebuilds.id, id));
  if (!rebuild) throw new Refusal("not_found", "not_found", "not found");
  return rebuild;
}

export async function currentRebuild({ q }: Database): Promise<Rebuild | undefined> {
  const [rebuild] = await q.select().from(rebuilds).where(eq(rebuilds.state, "running"));
  return rebuild;
}

/**
 * Makes the new generation the one that is read: one short transaction, which waits for nobody.
 * Listeners that are under way write to both generations. Undefined when it was cancelled meanwhile.
 */
export async function swapIn(
  db: Database,
  { id, generation }: Rebuild,
): Promise<Rebuild | undefined> {
  const changed = await differencesTo(db, generation);
  return db.transaction(async (tx) => {
    const { building } = await lockState(tx);
    if (building !== generation) return undefined;
    await tx.q.update(eventViewState).set({ live: generation, building: null });
    return end(tx, await findRebuild(tx, id), { state: "done", changed });
  });
}

/** How many events are not the same in the live generation and in another one. */
async function differencesTo({ q }: Database, generation: number): Promise<number> {
  const fields = (row: SQL) => sql`(${row}.version, ${row}.name, ${row}.starts_at, ${row}.ends_at,
    ${row}.capacity, ${row}.seats_max, ${row}.one_booking_each, ${row}.cancelled)`;
  const [found] = await q.execute<{ count: string }>(sql`
    select count(*) as count
    from (select v.* from ${eventViewState} s join ${eventView} v on v.generation = s.live) a
    full join (select * from ${eventView} where generation = ${generation}::int) b using (event_id)
    where a.version is null or b.version is null
      or ${fields(sql`a`)} is distinct from ${fields(sql`b`)}`);
  return Number(found?.count ?? 0);
}

/** Deletes rows of a generation that nobody reads, so many at most, and returns how many there were. */
export async function deleteStale({ q }: Database, limit: number): Promise<number> {
  // By the generations that there can be: the rows themselves would all have to be looked at.
  const [stale] = await q.execute<{ generation: number }>(sql`
    select g.generation from (select 1 as generation union select generation from ${rebuilds}) g
    cross join ${eventViewState} s
    where g.generation <> s.live and g.generation is distinct from s.building
      and exists (select from ${eventView} v where v.generation = g.generation)
    limit 1`);
  if (!stale) return 0;
  const { generation } = stale;
  const gone = await q.execute(sql`
    delete from ${eventView} where generation = ${generation}::int and event_id in (
      select event_id from ${eventView} where generation = ${generation}::int limit ${limit})
    returning event_id`);
  return gone.length;
}

async function runningRebuild(tx: Transaction): Promise<Rebuild> {
  const rebuild = await currentRebuild(tx);
  if (!rebuild) throw new Error("a generation is being built, and no rebuild is running");
  return rebuild;
}

async function lockState({ q }: Transaction) {
  const [state] = await q.select().from(eventViewState).for("update");
  if (!state) throw new Error("the projection has lost its state");
  return state;
}

async function end(
  { q }: Transaction,
  { id }: Rebuild,
  ending: { readonly state: RebuildState; readonly changed: number | null },
): Promise<Rebuild> {
  const [ended] = await q
    .update(rebuilds)
    .set({ ...ending, finishedAt: sql`now()` })
    .where(eq(rebuilds.id, id))
    .returning();
  if (!ended) throw new Error(`rebuild ${id} is not there`);
  return ended;
}
