import type { Bench, BenchDatabase } from "../bench.ts";
import type { Contender } from "../job.ts";
import { runPgbench, type Script } from "../pgbench.ts";

export interface StatementFloorOptions {
  /** What sets it apart from another floor of the job with as many clients. */
  readonly name?: string | undefined;
  readonly database: BenchDatabase;
  readonly script: Script;
  readonly clients: number;
  readonly seconds: number;
  /** Each of which one transaction gives one row more. */
  readonly tables: readonly string[];
}

/** pgbench with one statement for each piece of work: what this Postgres can do without us. */
export function statementFloor(bench: Bench, options: StatementFloorOptions): Contender {
  const { name, database, script, clients, tables } = options;
  const more = name === undefined ? [] : [name];
  return {
    name: ["pgbench", clients === 1 ? "1 connection" : `${clients} connections`, ...more].join(
      ", ",
    ),
    async prepare() {
      await database.sql`truncate ${database.sql(tables)}`;
      await database.sql`checkpoint`;
    },
    async run() {
      const variables = { ...script.variables, base: "0" };
      const { transactions, perSecond } = await runPgbench({
        url: database.url,
        directory: bench.directory,
        script: { ...script, variables },
        clients,
        seconds: Math.max(1, Math.round(options.seconds)),
      });
      return {
        figures: { perSecond },
        done: transactions,
        counts: async () => ({ transactions, ...(await rowsIn(database, tables)) }),
      };
    },
  };
}

async function rowsIn(
  { sql }: BenchDatabase,
  tables: readonly string[],
): Promise<Record<string, number>> {
  const counts = await Promise.all(
    tables.map(async (table): Promise<[string, number]> => {
      const [row] = await sql<{ count: number }[]>`select count(*)::int from ${sql(table)}`;
      return [table, row?.count ?? 0];
    }),
  );
  return Object.fromEntries(counts);
}
