import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { openPool } from "./postgres.ts";
import { temporaryDatabase } from "./testing/database.ts";
import { eventually } from "./testing/eventually.ts";
import { tcpProxy } from "./testing/tcp-proxy.ts";

test("a connection that is cut while it asks for the types of arrays asks again, and nobody is left without an answer", async () => {
  // The driver, by our patch: unpatched, the failure is a rejection that nobody hears.
  await using database = await temporaryDatabase("orders");
  let wasCut = false;
  const asked = Promise.withResolvers<void>();
  await using proxy = await tcpProxy({ target: database.url });
  const unheard: unknown[] = [];
  const hear = (error: unknown) => void unheard.push(error);
  process.on("unhandledRejection", hear);
  const pool = openPool({
    url: proxy.through(database.url),
    connectionsMax: 1,
    name: "cut early",
    onStatement: (text) => {
      if (!text.includes("typarray") || wasCut) return;
      wasCut = true;
      proxy.cut();
      asked.resolve();
    },
  });

  const first = Promise.allSettled([pool.q.execute(sql`select 1`)]);
  await asked.promise;
  await first;
  const ids = [1, 2];
  const read = () => pool.q.execute(sql`select unnest(${sql.param(ids)}::bigint[])::int as id`);

  await eventually(async () => expect([...(await read())]).toEqual([{ id: 1 }, { id: 2 }]));
  expect(unheard).toEqual([]);
  process.off("unhandledRejection", hear);
  await pool.close(1_000);
});
