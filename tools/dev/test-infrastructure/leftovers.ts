import postgres from "postgres";

/** Every test database is named so; whatever else a server holds is not ours to touch. */
export const TEST_DATABASE_PREFIX = "quickbite_test_";

/**
 * Drops the databases of tests that were killed before they could. Only for a server that has just
 * started and that nobody else uses.
 */
export async function dropLeftovers(databaseUrl: string): Promise<void> {
  const client = postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  try {
    const leftovers = await client<{ name: string }[]>`
      SELECT datname AS name FROM pg_database
      WHERE starts_with(datname, ${TEST_DATABASE_PREFIX}) AND NOT datistemplate`;
    for (const { name } of leftovers) await client`DROP DATABASE IF EXISTS ${client(name)}`;
  } finally {
    await client.end({ timeout: 5 });
  }
}
