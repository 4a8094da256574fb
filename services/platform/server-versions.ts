import { sql } from "drizzle-orm";
import type { Database } from "./postgres.ts";

/** 2.12 is the oldest whose streams and durables take all that the topology declares. */
export const natsVersionMin = "2.12.0";
/** Nothing is promised, and nothing tried, on older major versions. */
export const postgresVersionMin = 15;

/** A server that answers and will not do: waiting for it helps nobody. */
export class ServerTooOld extends Error {
  override readonly name = "ServerTooOld";
}

/** Throws unless a nats-server of this version (`2.14.1`, as it says itself) is new enough. */
export function requireNats(version: string | undefined): void {
  const known = version !== undefined && /^\d+\.\d+\.\d+/.test(version);
  if (known && Bun.semver.order(version, natsVersionMin) >= 0) return;
  throw new ServerTooOld(
    `nats-server ${version ?? "of unknown version"} is too old: needed is ${natsVersionMin} or newer`,
  );
}

/** Throws unless a Postgres of this version (`18.4 (Debian …)`, as it says itself) is new enough. */
export function requirePostgres(version: string): void {
  if (Number.parseInt(version, 10) >= postgresVersionMin) return;
  throw new ServerTooOld(
    `Postgres ${version} is too old: needed is ${postgresVersionMin} or newer`,
  );
}

/** The server's version, as it says it itself. */
export async function postgresVersion({ q }: Database): Promise<string> {
  const [row] = await q.execute<{ server_version: string }>(sql`show server_version`);
  return row?.server_version ?? "unknown";
}
