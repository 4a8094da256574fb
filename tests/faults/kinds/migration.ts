import { resolve } from "node:path";
import { migrationsOf } from "@app/platform/migrate.ts";
import postgres from "postgres";
import type { Fault } from "../fault.ts";

const services = resolve(import.meta.dir, "../../../services");
const PRELOAD = resolve(import.meta.dir, "../programs/preload.ts");

/** Kills a migration halfway, on a database of its own, and runs it again. */
export const crashedMigration: Fault = {
  name: "crash migrate.mid-migration",
  group: "A",
  points: ["migrate.mid-migration"],
  async inflict(world, random) {
    const service = random.pick(["orders", "inventory"] as const);
    const url = await world.createEmptyDatabase();
    const run = async (env: Record<string, string>) => {
      const child = Bun.spawn(
        [process.execPath, "--preload", PRELOAD, `${services}/${service}/main.ts`, "migrate"],
        {
          env: { PATH: process.env.PATH ?? "", DATABASE_URL: url, NATS_URL: world.natsUrl, ...env },
          stdout: "ignore",
          stderr: "pipe",
        },
      );
      const said = await new Response(child.stderr).text();
      await child.exited;
      return { said, signal: child.signalCode, code: child.exitCode };
    };

    const point = `migrate.mid-migration:${random.between(1, STATEMENTS_MAX)}`;
    const crashed = await run({ CRASH_POINT: point });
    if (crashed.signal === "SIGKILL") world.reached("migrate.mid-migration");
    const again = await run({ TOPOLOGY: "expect" });
    // The broker may be away at this moment, which is another fault's doing.
    const applied = await namesApplied(url);
    const expected = migrationsOf(service).map(({ name }) => name);
    if (applied.join() !== expected.join())
      throw new Error(`after a crash, migrate left ${applied.join()}: ${again.said}`);
  },
};

/** Fewer than any service's migrations have. */
const STATEMENTS_MAX = 12;

async function namesApplied(url: string): Promise<string[]> {
  const client = postgres(url, { max: 1 });
  try {
    const rows = await client<{ name: string }[]>`select name from schema_migrations order by name`;
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
