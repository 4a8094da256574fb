import { expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, chownSync, copyFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { openPool } from "@app/platform/postgres.ts";
import {
  type TemporaryCertificate,
  temporaryCertificate,
} from "@app/platform/testing/certificates.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { startService } from "@app/platform/testing/service.ts";
import postgres from "postgres";
import { type OwnPostgres, ownPostgres } from "./own-postgres.ts";

setDefaultTimeout(120_000);

test("a service speaks TLS with Postgres by sslmode=verify-full, and only with one that is who it says", async () => {
  await using certificate = await temporaryCertificate();
  await using own = await ownPostgres();
  await using nats = await temporaryBroker();
  await offerTls(own, certificate);
  const url = new URL(own.databases.orders);
  url.hostname = "localhost";
  url.searchParams.set("sslmode", "verify-full");

  await using _orders = await startService("orders", {
    DATABASE_URL: url.href,
    NATS_URL: nats.url,
    NODE_EXTRA_CA_CERTS: certificate.certFile,
  });

  expect(await encrypted(own)).not.toContain(false);
  // This process was told of no authority.
  const pool = openPool({ url: url.href, connectionsMax: 1, name: "doubting" });
  const refused = await pool.ping().catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  await pool.close(0);
});

/** Lets the server offer what it must be known by. */
async function offerTls(own: OwnPostgres, { certFile, keyFile }: TemporaryCertificate) {
  const sql = postgres(own.databases.orders, { max: 1 });
  try {
    const [place] = await sql<{ data_directory: string }[]>`show data_directory`;
    const data = place?.data_directory ?? "";
    const { uid, gid } = statSync(data);
    for (const [from, name] of [
      [certFile, "server.crt"],
      [keyFile, "server.key"],
    ] as const) {
      const to = join(data, name);
      copyFileSync(from, to);
      chownSync(to, uid, gid);
      chmodSync(to, 0o600);
    }
    await sql`alter system set ssl = on`;
    await sql`select pg_reload_conf()`;
  } finally {
    await sql.end();
  }
}

/** Whether each connection of a service is. */
async function encrypted(own: OwnPostgres): Promise<readonly boolean[]> {
  const sql = postgres(own.databases.orders, { max: 1 });
  try {
    const rows = await sql<{ ssl: boolean }[]>`
      select s.ssl from pg_stat_ssl s join pg_stat_activity a using (pid)
      where a.application_name like 'orders%'`;
    expect(rows.length).toBeGreaterThan(2);
    return rows.map(({ ssl }) => ssl);
  } finally {
    await sql.end();
  }
}
