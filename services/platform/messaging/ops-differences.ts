import { asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { cursorAt, invalidCursor, placeOf } from "../cursor.ts";
import type { Database } from "../postgres.ts";
import { appendToAudit } from "./audit.ts";
import type { DifferencesView, SweepView } from "./ops-check-views.ts";
import { consumer, cursor, limit, reason } from "./ops-requests.ts";
import { restartSweeps } from "./postgres-reconcile.ts";
import { differences, reconciled } from "./reconcile-tables.ts";

export const DifferencesRequest = z.strictObject({ cursor, limit });

export const ReconcileRequest = z.strictObject({
  full: z.boolean("full must be true or false").default(false),
  reason: reason.optional(),
});

export const TakeInRequest = z.strictObject({
  consumer,
  sequence: z
    .number("sequence must be a whole number")
    .int("sequence must be a whole number")
    .min(1, "sequence must be a whole number"),
  reason,
});

/** How far the reconciler is, and one page of the messages that it misses. */
export async function listDifferences(
  db: Database,
  { cursor, limit }: z.output<typeof DifferencesRequest>,
): Promise<DifferencesView> {
  const rows = await db.q
    .select()
    .from(differences)
    .where(cursor === undefined ? undefined : after(placeOf(cursor)))
    .orderBy(
      asc(differences.kind),
      asc(differences.stream),
      asc(differences.consumer),
      asc(differences.sequence),
    )
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    sweeps: await listSweeps(db),
    differences: page.map(({ consumer, foundAt, seenAt: _, ...row }) => ({
      ...row,
      consumer: consumer || null,
      foundAt: foundAt.toISOString(),
    })),
    unconfirmed: await db.q.$count(differences, eq(differences.confirmed, false)),
    nextCursor: last
      ? cursorAt(`${last.kind} ${last.stream} ${last.consumer || "-"} ${last.sequence}`)
      : null,
  };
}

export async function listSweeps({ q }: Database): Promise<SweepView[]> {
  const rows = await q
    .select()
    .from(reconciled)
    .orderBy(asc(reconciled.kind), asc(reconciled.stream), asc(reconciled.consumer));
  return rows.map(({ kind, stream, consumer, sequence, target, beganAt, at }) => ({
    kind,
    stream,
    consumer: consumer || null,
    sequence,
    target,
    beganAt: beganAt.toISOString(),
    at: at.toISOString(),
  }));
}

/** Sends every sweep back to the beginning of its stream, in the name of whoever asked. */
export async function reconcileFully(
  db: Database,
  { actor, reason }: { readonly actor: string; readonly reason?: string | undefined },
): Promise<void> {
  await db.transaction(async ({ q }) => {
    await restartSweeps(q);
    const detail = { reason: reason ?? null };
    await appendToAudit(q, { actor, action: "reconcile", target: "streams", detail });
  });
}

function after(place: string) {
  const [kind, stream, consumer, sequence, more] = place.split(" ");
  const isWhole = kind && stream && consumer && sequence && /^\d{1,15}$/.test(sequence);
  if (!isWhole || more !== undefined) throw invalidCursor();
  return sql`(${differences.kind}, ${differences.stream}, ${differences.consumer}, ${differences.sequence})
    > (${kind}, ${stream}, ${consumer === "-" ? "" : consumer}, ${Number(sequence)}::bigint)`;
}
