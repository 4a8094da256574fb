import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../postgres.ts";
import type { LetterGroupsView } from "./ops-repair-views.ts";
import { deadLetters } from "./tables.ts";

/** A list of more kinds of failure than this helps nobody; the largest are shown. */
const groupsMax = 200;

const ceType = "(?i)(?:^|\\r\\n)ce-type:[ \\t]*([^\\r\\n]*?)[ \\t]*(?:\\r\\n|$)";
const uuids = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}";

/** As `readHeaders` tells the type: by its header, else by the subject. */
const type: SQL = sql`coalesce(
  substring(${deadLetters.headers} from ${sql.param(ceType)}::text),
  substring(${deadLetters.subject} from '^(.*)[.]'), '')`;

/** What a redrive puts before the error of a letter that it could not read either. */
const again = "^Error: (?=\\w*Error: )";

/** An error without what tells one message's from another's: ids, numbers, and whether it met it again. */
const error: SQL = sql`regexp_replace(regexp_replace(regexp_replace(
  left(coalesce(${deadLetters.error}, ''), 300), ${sql.param(again)}::text, ''),
  ${sql.param(uuids)}::text, '<id>', 'gi'), '[0-9]+', '<n>', 'g')`;

/** What dead letters of one cause have in common; the group is a name for it that stays the same. */
export const letterClass = {
  type,
  error,
  group: sql`left(md5(concat_ws(E'\n', ${deadLetters.consumer}, ${type}, ${deadLetters.reason}, ${error})), 12)`,
} as const satisfies Record<string, SQL>;

/** The open dead letters by consumer, type, reason and kind of error, the largest group first. */
export async function listGroups(
  { q }: Database,
  { consumer }: { readonly consumer?: string | undefined },
): Promise<LetterGroupsView> {
  const rows = await q.execute<{
    id: string;
    consumer: string;
    type: string;
    reason: string;
    error: string;
    count: string;
    oldest: Date | string;
    newest: Date | string;
    example: string;
  }>(sql`
    with letters as (
      select ${letterClass.group} as id, consumer, ${type} as type, reason, ${error} as error,
        created_at, ${deadLetters.id} as letter_id
      from ${deadLetters}
      where state = 'dead' and (${consumer ?? null}::text is null or consumer = ${consumer ?? null}::text)
    )
    select id, consumer, type, reason, error, count(*) as count,
      min(created_at) as oldest, max(created_at) as newest, min(letter_id) as example
    from letters group by id, consumer, type, reason, error
    order by count(*) desc, id limit ${groupsMax}`);
  return {
    groups: rows.map(({ count, oldest, newest, example, ...row }) => ({
      ...row,
      count: Number(count),
      oldestAt: new Date(oldest).toISOString(),
      newestAt: new Date(newest).toISOString(),
      exampleId: Number(example),
    })),
  };
}
