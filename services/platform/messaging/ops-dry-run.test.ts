import { describe, expect, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { sql } from "drizzle-orm";
import { systemClock } from "../clock.ts";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { messageOf } from "../testing/sink.ts";
import { consumes } from "./handler.ts";
import { payloadReader } from "./incoming.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { dryRun } from "./ops-dry-run.ts";
import { postgresInbox } from "./postgres-inbox.ts";
import { deadLetters } from "./tables.ts";

const consumer = "inventory-service";
const everything = { kind: "filter", filter: {} } as const;

/** A consumer with so many dead letters, each of an order of its own, and the keys its handler saw. */
async function world(letters: number) {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("orders"));
  const pool = openPool({ url: database.url, connectionsMax: 3, name: "dry run test" });
  stack.defer(() => pool.close(1_000));
  await pool.q.insert(deadLetters).values(
    Array.from({ length: letters }, (_, index) => ({
      ...messageOf(String(index + 1), 1),
      consumer,
      stream: "ORDERS",
      streamSequence: index + 1,
      publishedAt: new Date(),
      reason: "attempts_used" as const,
    })),
  );
  await pool.q.execute(sql`
    insert into lanes (consumer, key, blocked) select consumer, key, true from dead_letters`);
  const seen: string[] = [];
  const handler = consumes(OrderConfirmedSchema, {
    handle: (_stores: object, _message, { key }) => seen.push(key),
  });
  const suspects = oneAtATime();
  return {
    suspects,
    seen,
    run: (budgetMs: number) =>
      dryRun(
        {
          db: pool,
          consumer,
          suspects,
          budgetMs,
          order: "key",
          store: postgresInbox(pool, consumer, () => ({ stores: {}, lock: async () => undefined })),
          headsMayRun: () => undefined,
          clock: systemClock,
          rules: {
            service: "inventory",
            consumer,
            handlers: new Map([[handler.type, handler]]),
            payloads: payloadReader([OrderConfirmedSchema]),
            parkedPerLaneMax: 10,
            parkedMax: 10,
            handlerTimeoutMs: 4_000,
            clock: systemClock,
          },
        },
        everything,
      ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe("dryRun", () => {
  test("looks at the first two hundred, and says so", async () => {
    await using it = await world(201);

    const report = await it.run(60_000);

    expect(report).toMatchObject({ selected: 201, lookedAt: 200, notTried: 0, wouldSucceed: 200 });
    expect(it.seen).toHaveLength(200);
  });

  test("waits for no turn beyond its time, and runs no handler afterwards", async () => {
    await using it = await world(3);
    const busy = Promise.withResolvers<void>();
    const other = it.suspects.run(() => busy.promise);

    const report = await it.run(20);
    busy.resolve();
    await other;
    await it.suspects.run(async () => undefined);

    expect(report).toMatchObject({ selected: 3, lookedAt: 3, notTried: 3, wouldSucceed: 0 });
    expect(report.letters.map(({ error }) => error)).toEqual(
      Array.from({ length: 3 }, () => "there was no time left to try it"),
    );
    expect(it.seen).toEqual([]);
  });
});
