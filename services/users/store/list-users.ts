import { cursorAt, invalidCursor, placeOf } from "@app/platform/cursor.ts";
import type { Database } from "@app/platform/postgres.ts";
import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { User } from "../domain/user.ts";
import { users } from "./tables.ts";
import { userColumns } from "./user-row.ts";

export interface UsersQuery {
  /** The one account of an address, in the form that its spellings share. */
  readonly emailKey?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export interface UsersPage {
  readonly users: readonly User[];
  readonly nextCursor: string | undefined;
}

/** One page of accounts, newest first by `(created_at, id)`. */
export async function listUsers(
  { q }: Database,
  { emailKey, cursor, limit }: UsersQuery,
): Promise<UsersPage> {
  const rows = await q
    .select(userColumns)
    .from(users)
    .where(
      and(
        emailKey === undefined ? undefined : eq(users.emailKey, emailKey),
        cursor === undefined ? undefined : before(cursor),
      ),
    )
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    users: page,
    nextCursor: last && cursorAt(`${last.createdAt.getTime()}.${last.id}`),
  };
}

const PLACE = /^(\d{1,14})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function before(cursor: string): SQL {
  const [, time, id] = PLACE.exec(placeOf(cursor)) ?? [];
  if (time === undefined || id === undefined) throw invalidCursor();
  const createdAt = new Date(Number(time)).toISOString();
  return sql`(${users.createdAt}, ${users.id}) < (${createdAt}::timestamptz, ${id}::uuid)`;
}
