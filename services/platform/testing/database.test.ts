import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { cloneOf } from "./database.ts";

const migrations = [
  { name: "0000_first", hash: "a", statements: ["CREATE TABLE things (id int PRIMARY KEY)"] },
];

describe("temporaryDatabase", () => {
  test("gives each test a migrated database of its own", async () => {
    await using first = await cloneOf("probe", migrations);
    await using second = await cloneOf("probe", migrations);
    await using clients = connect(first.url, second.url);
    const [one, other] = clients.all;

    await one`INSERT INTO things VALUES (1)`;

    expect(await one`SELECT id FROM things`).toHaveLength(1);
    expect(await other`SELECT id FROM things`).toHaveLength(0);
  });

  test("drops it at the end of the scope, whoever is still connected", async () => {
    const database = await cloneOf("probe", migrations);
    const client = postgres(database.url, { max: 1 });
    await client`SELECT 1`;

    await database[Symbol.asyncDispose]();

    await expect(postgres(database.url, { max: 1 })`SELECT 1`.execute()).rejects.toMatchObject({
      code: "3D000",
    });
    await client.end();
  });

  test("many at once share one template, also when the migrations have changed", async () => {
    const changed = [
      ...migrations,
      { name: "0001_second", hash: "b", statements: ["ALTER TABLE things ADD COLUMN note text"] },
    ];
    const clones = await Promise.all([
      ...Array.from({ length: 4 }, () => cloneOf("crowd", migrations)),
      ...Array.from({ length: 4 }, () => cloneOf("crowd", changed)),
    ]);
    await using stack = new AsyncDisposableStack();
    for (const clone of clones) stack.use(clone);

    expect(new Set(clones.map(({ name }) => name)).size).toBe(8);
  });
});

function connect(one: string, other: string) {
  const all = [postgres(one, { max: 1 }), postgres(other, { max: 1 })] as const;
  return {
    all,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((client) => client.end()));
    },
  };
}
