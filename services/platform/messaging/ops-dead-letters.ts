import { and, desc, eq, getTableColumns, lt, sql } from "drizzle-orm";
import { cursorAt, invalidCursor, placeOf } from "../cursor.ts";
import { Refusal } from "../errors.ts";
import type { Database } from "../postgres.ts";
import { decodeHeaders } from "./headers.ts";
import { readHeaders } from "./incoming.ts";
import { letterClass } from "./letter-groups.ts";
import { findLane } from "./ops-lanes.ts";
import type { PayloadViewer } from "./ops-payload.ts";
import { readId } from "./ops-requests.ts";
import type { DeadLetterDetailView, DeadLettersView, DeadLetterView } from "./ops-views.ts";
import { deadLetters } from "./tables.ts";

export interface DeadLetterFilter {
  readonly consumer?: string | undefined;
  readonly state?: DeadLetterView["state"] | undefined;
  readonly key?: string | undefined;
  readonly group?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Payloads can be large, and lists do not show them. */
const { payload: _, ...listed } = getTableColumns(deadLetters);

/** One page of dead letters, newest first. */
export async function listDeadLetters(
  { q }: Database,
  { consumer, state, key, group, cursor, limit }: DeadLetterFilter,
): Promise<DeadLettersView> {
  const rows = await q
    .select(listed)
    .from(deadLetters)
    .where(
      and(
        consumer === undefined ? undefined : eq(deadLetters.consumer, consumer),
        state === undefined ? undefined : eq(deadLetters.state, state),
        key === undefined ? undefined : eq(deadLetters.key, key),
        group === undefined ? undefined : sql`${letterClass.group} = ${group}`,
        cursor === undefined ? undefined : lt(deadLetters.id, idIn(cursor)),
      ),
    )
    .orderBy(desc(deadLetters.id))
    // One more than asked for tells whether there is another page.
    .limit(limit + 1);

  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    deadLetters: page.map(viewOf),
    nextCursor: last ? cursorAt(String(last.id)) : null,
  };
}

/** One dead letter with everything that is known of it. */
export async function showDeadLetter(
  db: Database,
  payloads: PayloadViewer,
  id: number,
): Promise<DeadLetterDetailView> {
  const [row] = await db.q.select().from(deadLetters).where(eq(deadLetters.id, id));
  if (!row) throw new Refusal("not_found", "dead_letter_not_found", "not found");
  return {
    ...viewOf(row),
    eventId: row.eventId,
    publishedAt: row.publishedAt.toISOString(),
    headers: Object.fromEntries(decodeHeaders(row.headers)),
    payload: payloads.view({ ...row, sequence: row.streamSequence }),
    lane: (row.key === null ? undefined : await findLane(db, row.consumer, row.key)) ?? null,
  };
}

/** Whose dead letter it is. */
export async function consumerOf({ q }: Database, id: number): Promise<string> {
  const [row] = await q
    .select({ consumer: deadLetters.consumer })
    .from(deadLetters)
    .where(eq(deadLetters.id, id));
  if (!row) throw new Refusal("not_found", "dead_letter_not_found", "not found");
  return row.consumer;
}

function viewOf(row: Omit<typeof deadLetters.$inferSelect, "payload">): DeadLetterView {
  const sequence = row.streamSequence;
  return {
    id: row.id,
    consumer: row.consumer,
    state: row.state,
    revision: row.revision,
    reason: row.reason,
    error: row.error ?? "",
    key: row.key,
    version: row.version,
    type: readHeaders({ ...row, sequence, payload: new Uint8Array() }).type,
    subject: row.subject,
    stream: row.stream,
    sequence,
    attempts: row.attempts,
    firstFailedAt: row.firstFailedAt?.toISOString() ?? null,
    lastFailedAt: row.lastFailedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
  };
}

function idIn(cursor: string): number {
  try {
    return readId(placeOf(cursor));
  } catch (cause) {
    throw invalidCursor({ cause });
  }
}
