import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";
import { comments, reviews } from "./tables.ts";

/** How much was reported and is still shown. The indexes hold no more than that and what is hidden. */
export async function countReported({ q }: Database): Promise<number> {
  const open = sql`reports > 0 and hidden_at is null`;
  const [row] = await q.execute<{ count: string }>(sql`
    select (select count(*) from ${reviews} where ${open})
      + (select count(*) from ${comments} where ${open}) as count`);
  return Number(row?.count ?? 0);
}
