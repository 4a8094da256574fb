import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { Refusal } from "../errors.ts";
import type { Database } from "../postgres.ts";
import { appendToAudit } from "./audit.ts";
import { listGroups } from "./letter-groups.ts";
import type { LetterNoteView, NotedGroupsView } from "./ops-repair-views.ts";
import { audit } from "./tables.ts";

const action = "note";
const targetOf = (group: string) => `letter-group/${group}`;

/** The open groups, each with the newest note that somebody left on it. */
export async function listNotedGroups(
  db: Database,
  filter: { readonly consumer?: string | undefined },
): Promise<NotedGroupsView> {
  const { groups } = await listGroups(db, filter);
  const targets = groups.map(({ id }) => targetOf(id));
  if (targets.length === 0) return { groups: [] };
  const rows = await db.q
    .selectDistinctOn([audit.target], {
      target: audit.target,
      actor: audit.actor,
      at: audit.at,
      text: sql<string>`coalesce(${audit.detail} ->> 'note', '')`,
    })
    .from(audit)
    .where(and(inArray(audit.target, targets), eq(audit.action, action)))
    .orderBy(audit.target, desc(audit.id));
  const notes = new Map(rows.map(({ target, ...note }) => [target, note]));
  return {
    groups: groups.map((group) => {
      const note = notes.get(targetOf(group.id));
      return { ...group, note: note ? { ...note, at: note.at.toISOString() } : null };
    }),
  };
}

/**
 * Leaves a note on an open group for whoever looks next, in the place of the one before. It is a
 * statement of a person, so the audit is where it lives, with all that were made.
 */
export async function noteGroup(
  db: Database,
  { group, note, actor }: { readonly group: string; readonly note: string; readonly actor: string },
): Promise<LetterNoteView> {
  const { groups } = await listGroups(db, {});
  if (!groups.some(({ id }) => id === group)) {
    throw new Refusal("not_found", "letter_group_not_found", "not found");
  }
  await appendToAudit(db.q, { actor, action, target: targetOf(group), detail: { note } });
  return { text: note, actor, at: new Date().toISOString() };
}
