import { mkdirSync, readdirSync, statSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type PostgresServer, startPostgres } from "@app/dev/infrastructure/postgres-server.ts";
import { openSmallDisk, type SmallDisk } from "@app/dev/infrastructure/small-disk.ts";
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
  const databases = await createDatabases(server);
  return { server, databases, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** The same on a disk of its own, with so much room beside what the databases take now. */
export async function ownPostgresOnDisk(
  freeBytes: number,
): Promise<OwnPostgres & { readonly disk: SmallDisk }> {
  const directory = join(scratchDirectory(), "postgres", crypto.randomUUID());
  mkdirSync(directory, { recursive: true });
  const program = await findPostgres();
  const server = await startPostgres({ program, directory });
  const databases = await createDatabases(server);
  await server[Symbol.asyncDispose]();

  const data = join(directory, "data");
  const bytes = sizeOf(data) + freeBytes;
  const disk = await openSmallDisk({ directory: data, bytes });
  await cp(data, disk.outside, { recursive: true });
  const port = server.port;
  const again = await startPostgres({ program, directory, port, disk, throwAway: true });
  return {
    server: again,
    databases,
    disk,
    async [Symbol.asyncDispose]() {
      await again[Symbol.asyncDispose]();
      await disk[Symbol.asyncDispose]();
    },
  };
}

async function createDatabases(server: PostgresServer): Promise<DatabaseUrls> {
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
  return databases;
}

function sizeOf(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
