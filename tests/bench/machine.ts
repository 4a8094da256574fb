import { cpus, totalmem } from "node:os";
import { findNats } from "@app/dev/infrastructure.ts";
import postgres from "postgres";
import type { Bench } from "./bench.ts";
import { pgbenchVersion } from "./pgbench.ts";

/** Where figures were measured, and with what. */
export interface Machine {
  readonly date: string;
  readonly processors: string;
  readonly memoryGibibytes: number;
  readonly versions: Readonly<Record<string, string>>;
}

export async function thisMachine({ postgres: { url } }: Bench): Promise<Machine> {
  const sql = postgres(url, { max: 1 });
  const [server] = await sql<{ version: string }[]>`
    select current_setting('server_version') as version`;
  await sql.end();
  const nats = await findNats();
  const [processor] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    processors: `${cpus().length} × ${processor?.model ?? "unknown processor"}`,
    memoryGibibytes: Math.round(totalmem() / 1024 ** 3),
    versions: {
      Bun: Bun.version,
      Postgres: server?.version ?? "unknown",
      "nats-server": "version" in nats ? nats.version : nats.image,
      pgbench: pgbenchVersion() ?? "missing",
    },
  };
}

export function describeMachine({ date, processors, memoryGibibytes, versions }: Machine): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${date}; ${processors}, ${memoryGibibytes} GiB; ${programs.join(", ")}.`;
}
