import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type PostgresServer, startPostgres } from "@app/dev/infrastructure/postgres-server.ts";
import { findPostgres } from "@app/dev/infrastructure.ts";
import { scratchDirectory } from "@app/dev/test-infrastructure/scratch.ts";
import { migrate, readMigrations } from "@app/platform/migrate.ts";
import postgres from "postgres";
import type { DatabaseUrls } from "./quickbite.ts";

/** A Postgres of one test's own, to be stopped, killed and restarted at will. */
export interface OwnPostgres extends AsyncDisposable {
  readonly server: PostgresServer;
  readonly databases: DatabaseUrls;
}

const DRIZZLE = resolve(import.meta.dir, "../../drizzle");

export async function ownPostgres(): Promise<OwnPostgres> {
  const directory = join(scratchDirectory(), "postgres", crypto.randomUUID());
  mkdirSync(directory, { recursive: true });
  const program = await findPostgres();
  const server = await startPostgres({ program, directory, throwAway: true });
  const admin = postgres(server.url, { max: 1, onnotice: () => undefined });
  const create = async (service: string) => {
    const name = `quickbite_${service}`;
    await admin`create database ${admin(name)}`;
    const url = new URL(`/${name}`, server.url).href;
    await migrate(url, readMigrations(join(DRIZZLE, service)));
    return url;
  };
  const databases = { orders: await create("orders"), inventory: await create("inventory") };
  await admin.end();
  return { server, databases, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
