import type postgres from "postgres";

/** What the core notes for itself while nobody calls. */
const restless =
  /^(?:reconciled|differences|invariants_checked|streams_seen|broker_seen|event_view_state)$/;

/** Every row that a call can change, as one text that is the same while nothing has changed. */
export async function stateOf(sql: postgres.Sql): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`;
  const states = tables
    .filter(({ name }) => !restless.test(name))
    .map(async ({ name }) => {
      const [rows] = await sql<{ count: number; hash: string }[]>`
        select count(*)::int as count, md5(coalesce(string_agg(t::text, ';' order by t::text), ''))
          as hash from ${sql(name)} t`;
      return `${name} ${rows?.count} ${rows?.hash}`;
    });
  return (await Promise.all(states)).join("\n");
}
