import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { streams } from "@app/contracts/topology.ts";
import { applyTopology, topologyOf } from "@app/platform/messaging/topology.ts";
import { type TemporaryDatabase, temporaryDatabase } from "@app/platform/testing/database.ts";
import { type TemporaryBroker, temporaryBroker } from "@app/platform/testing/nats.ts";
import postgres from "postgres";
import { withBroker } from "../broker.ts";
import { stateOf } from "./load-database.ts";
import { restoreBackup } from "./restore-backup.ts";
import { planRestore, type RestoreWish } from "./restore-plan.ts";
import { takeBackup } from "./take-backup.ts";

const onProgress = () => undefined;

let nats: TemporaryBroker;
let database: TemporaryDatabase;
let folder: string;
let backup: string;
/** One database with what is hard to copy, three messages, and a backup of both. */
beforeAll(async () => {
  [nats, database] = await Promise.all([temporaryBroker(), temporaryDatabase("orders")]);
  folder = await mkdtemp(join(tmpdir(), "backup-"));
  backup = join(folder, "backup");
  await withBroker(nats.url, async (nc) => {
    await applyTopology(nc, topologyOf("orders", streams));
    for (const id of [1, 2, 3]) await nc.request(`orders.v1.order_created.${id}`, `message ${id}`);
  });
  await withSql(database, async (sql) => {
    await sql`insert into idempotency_keys (scope, key, resource_id, request_hash)
      values (${"tab\there"}, ${"line\nend \\ and \\N"}, '', ${"🍔 ü"})`;
    await sql`insert into audit (actor, action, target, detail) values ('a', 'b', 'c', ${sql.json({ "1": [null, "x\ny"] })})`;
    await sql`insert into audit (actor, action, target, detail) values ('a', 'b', 'c', null)`;
    await sql`insert into dead_letters (consumer, event_id, stream, stream_sequence, subject, headers, payload, published_at, reason)
      values ('c', gen_random_uuid(), 'ORDERS', 1, 's', '', ${Buffer.from([0, 10, 9, 92, 255])}, now(), 'no_key')`;
    await sql`insert into dead_letter_revisions (letter_id, revision, payload) values (1, 1, '')`;
    await sql`select setval('orders_id_seq', 41)`;
  });
  await takeBackup({ ...system(), folder: backup, onProgress });
});
afterAll(async () => {
  await nats[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const system = ({ url }: Pick<TemporaryDatabase, "url"> = database) => {
  const databases = [{ service: "orders", url }] as const;
  return { databases, targets: databases, natsUrl: nats.url };
};

async function withSql<Result>(
  { url }: Pick<TemporaryDatabase, "url">,
  work: (sql: postgres.Sql) => Promise<Result>,
): Promise<Result> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** A role that may read every table of a database, is in no other role, and has no other in it. */
async function temporaryRole({ url }: TemporaryDatabase) {
  const name = `quickbite_test_role_${crypto.randomUUID().slice(0, 8)}`;
  const password = crypto.randomUUID();
  await withSql({ url }, async (sql) => {
    await sql.unsafe(`create role ${name} login password '${password}'`);
    await sql.unsafe(`grant select on all tables in schema public to ${name}`);
  });
  const own = new URL(url);
  [own.username, own.password] = [name, password];
  return {
    url: own.href,
    [Symbol.asyncDispose]: () =>
      withSql({ url }, async (sql) => {
        await sql.unsafe(`drop owned by ${name}`);
        await sql.unsafe(`drop role ${name}`);
      }),
  };
}

const wish = (changes: Partial<RestoreWish> = {}): RestoreWish => ({
  folder: backup,
  streamsFolder: undefined,
  only: undefined,
  skipIds: undefined,
  replicas: undefined,
  lostFile: join(folder, "lost.jsonl"),
  ...changes,
});

const plan = (changes: Partial<RestoreWish> = {}, target?: TemporaryDatabase) =>
  planRestore(wish(changes), system(target), onProgress);

/** A copy of the backup, to be damaged. */
async function copied(name: string): Promise<string> {
  const copy = join(folder, name);
  await cp(backup, copy, { recursive: true });
  return copy;
}

describe("a restore", () => {
  test("gives every row back as it was, and no id that was given", async () => {
    await using other = await temporaryDatabase("orders");
    const planned = await plan({}, other);

    expect(planned.replaced).toEqual(["the stream ORDERS with 3 messages"]);
    expect(planned.cuts).toBe(false);
    const restored = await restoreBackup(planned, nats.url, onProgress);

    expect(restored).toMatchObject({ databases: [{ service: "orders", rows: 5 }], lost: 0 });
    const all = (from: TemporaryDatabase) =>
      withSql(from, async (sql) => [
        await sql`select * from idempotency_keys`,
        await sql`select * from audit order by id`,
        await sql`select * from dead_letters`,
        await sql`select * from dead_letter_revisions`,
      ]);
    expect(JSON.stringify(await all(other))).toBe(JSON.stringify(await all(database)));
    await withSql(other, async (sql) => {
      const [order] = await sql`select nextval('orders_id_seq')::int as id`;
      const [letter] = await sql`select nextval('dead_letters_id_seq')::int as id`;
      expect(order?.id).toBeGreaterThan(1_000_041);
      expect(letter?.id).toBeGreaterThan(1_000_001);
      await sql`select setval('orders_id_seq', 9000000000)`;
    });

    // What the database that is replaced had given counts too.
    await restoreBackup(await plan({}, other), nats.url, onProgress);
    await withSql(other, async (sql) => {
      expect(await sql`select nextval('orders_id_seq')::text as id`).toEqual(
        expect.objectContaining([{ id: "9000000001" }]),
      );
    });
  });

  test("says what it would replace, and what it has nothing of", async () => {
    const { replaced, warnings } = await plan();

    expect(warnings).toEqual([
      "the backup has no database of inventory, events, bookings, users, reviews: what is there stays as it is",
    ]);

    expect(replaced).toContain("the database of orders, which holds rows");
    expect(replaced).toContain("the stream ORDERS with 3 messages");
  });

  test("takes newer messages out of a stream that stays, and keeps them in a file", async () => {
    await withBroker(nats.url, (nc) => nc.request("orders.v1.order_created.4", "message 4"));
    const planned = await plan({ only: "databases" });

    expect(planned.replaced).toContain("1 messages that ORDERS was given since the backup");
    const { lost } = await restoreBackup(planned, nats.url, onProgress);

    expect(lost).toBe(1);
    const line = JSON.parse(await readFile(join(folder, "lost.jsonl"), "utf8"));
    expect(line).toMatchObject({ stream: "ORDERS", subject: "orders.v1.order_created.4" });
    expect(Buffer.from(line.payload, "base64").toString()).toBe("message 4");
    expect((await plan({ only: "databases" })).replaced).not.toContain("message");
  });

  test("refuses a stream that is another one than it was", async () => {
    await using elsewhere = await temporaryBroker();
    await withBroker(elsewhere.url, async (nc) => {
      await applyTopology(nc, topologyOf("orders", streams));
      await nc.request("orders.v1.order_created.1", "another");
    });
    const there = { ...system(), natsUrl: elsewhere.url };
    const planned = await planRestore(wish({ only: "databases" }), there, onProgress);

    await expect(restoreBackup(planned, elsewhere.url, onProgress)).rejects.toThrow(
      "the stream ORDERS is not the one that the databases were backed up with: it ends at 1, and ended at 3",
    );
  });

  test("refuses a database that somebody is connected to", async () => {
    await withSql(database, async (sql) => {
      await sql`set application_name to 'an open shell'`;

      const planned = planRestore(wish(), { ...system(), quietWithinMs: 0 }, onProgress);
      await expect(planned).rejects.toThrow("the database of orders is in use by an open shell");
    });
  });

  test("refuses one that another role is connected to, which has nothing to do with ours", async () => {
    await using owner = await temporaryRole(database);
    await using runtime = await temporaryRole(database);
    await withSql(runtime, async (sql) => {
      await sql`set application_name to 'a service'`;

      const { sessions } = await stateOf({ service: "orders", url: owner.url });
      expect(sessions).toContain("a service");
    });
  });

  test("refuses a backup that did not end, was damaged, or is of another release", async () => {
    const half = await copied("half");
    await rm(join(half, "manifest.json"));
    const damaged = await copied("damaged");
    await appendFile(join(damaged, "databases/orders/audit.copy.gz"), "x");
    const short = await copied("short");
    await rm(join(short, "streams/ORDERS.snapshot"));
    const strange = await copied("strange");
    const text = await readFile(join(strange, "manifest.json"), "utf8");
    await writeFile(join(strange, "manifest.json"), text.replace("0000_initial", "0000_other"));

    await expect(plan({ folder: half })).rejects.toThrow("did not end");
    await expect(plan({ folder: damaged })).rejects.toThrow("audit.copy.gz is not what was");
    await expect(plan({ folder: short })).rejects.toThrow("ORDERS.snapshot of the backup cannot");
    await expect(plan({ folder: strange })).rejects.toThrow("the migration 0000_other, which");
    await expect(plan({ folder: join(folder, "none") })).rejects.toThrow("there is no folder");
  });

  test("is not mixed with another backup: a folder takes one", async () => {
    await expect(takeBackup({ ...system(), folder: backup, onProgress })).rejects.toThrow(
      "already holds a backup",
    );
  });
});
