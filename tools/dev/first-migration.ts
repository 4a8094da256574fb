import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const slots = 32;

const sent = `) PARTITION BY LIST ("slot");
--> statement-breakpoint
-- Written by hand, because drizzle-kit knows no partitions: a ring of slots, each of which is emptied
-- whole by TRUNCATE once its messages may be forgotten, without leaving dead rows behind.
DO $$ BEGIN FOR s IN 0..${slots - 1} LOOP EXECUTE format('CREATE TABLE outbox_sent_%s PARTITION OF outbox_sent FOR VALUES IN (%s)', s, s); END LOOP; END $$;
`;

if (import.meta.main) await firstMigration(Bun.argv[2] ?? "");

/** Writes the first migration of a new service: the core's tables, with their partitions, and its own. */
async function firstMigration(service: string): Promise<void> {
  if (!/^[a-z]{1,32}$/.test(service)) throw new Error("name the service, such as notes");
  const path = join(root, "drizzle", service, "0000_initial.sql");
  if (await Bun.file(path).exists()) throw new Error(`drizzle/${service} has its first migration`);
  const kit = ["bunx", "drizzle-kit", "generate", "--config", "drizzle/config.ts"];
  const made = Bun.spawn([...kit, "--name", "initial"], {
    cwd: root,
    env: { ...process.env, SERVICE: service },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if ((await made.exited) !== 0) throw new Error("drizzle-kit failed");
  await Bun.write(path, partitioned(await Bun.file(path).text()));
}

/** The table of sent messages in partitions. Exported for its test. */
export function partitioned(sql: string): string {
  const start = sql.indexOf('CREATE TABLE "outbox_sent" (');
  const end = sql.indexOf("\n);\n", start);
  if (start === -1 || end === -1) throw new Error("the migration makes no table outbox_sent");
  return `${sql.slice(0, end)}\n${sent}${sql.slice(end + "\n);\n".length)}`;
}
