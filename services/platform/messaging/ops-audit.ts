import { and, desc, eq, lt } from "drizzle-orm";
import { cursorAt, invalidCursor, placeOf } from "../cursor.ts";
import type { Database } from "../postgres.ts";
import type { AuditView } from "./ops-repair-views.ts";
import { readId } from "./ops-requests.ts";
import { audit } from "./tables.ts";

export interface AuditFilter {
  /** What was acted on, such as `dead-letter/17`. */
  readonly target?: string | undefined;
  /** Who acted. */
  readonly actor?: string | undefined;
  /** What was done, such as `redrive`. */
  readonly action?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** One page of what operators did, newest first. */
export async function listAudit(
  { q }: Database,
  { target, actor, action, cursor, limit }: AuditFilter,
): Promise<AuditView> {
  const rows = await q
    .select()
    .from(audit)
    .where(
      and(
        target === undefined ? undefined : eq(audit.target, target),
        // What people did is little: these are looked through without an index.
        actor === undefined ? undefined : eq(audit.actor, actor),
        action === undefined ? undefined : eq(audit.action, action),
        cursor === undefined ? undefined : lt(audit.id, idIn(cursor)),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    entries: page.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() })),
    nextCursor: last ? cursorAt(String(last.id)) : null,
  };
}

function idIn(cursor: string): number {
  try {
    return readId(placeOf(cursor));
  } catch (cause) {
    throw invalidCursor({ cause });
  }
}
