import { describe, expect, test } from "bun:test";
import { OrderConfirmedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { DeadLetterSchema } from "@app/contracts/gen/platform/v1/dead_letter_pb.ts";
import { fromBinary } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { systemClock } from "../clock.ts";
import { openPool } from "../postgres.ts";
import { temporaryDatabase } from "../testing/database.ts";
import { messageOf } from "../testing/sink.ts";
import type { StoredMessage } from "./broker.ts";
import { setAside, type Trouble } from "./dead-letter.ts";
import { decodeHeaders } from "./headers.ts";
import { readHeaders } from "./incoming.ts";
import { messageType } from "./message.ts";
import { postgresInbox } from "./postgres-inbox.ts";

const now = new Date("2026-11-21T12:00:00Z");
const consumer = "inventory-service";
const trouble: Trouble = { reason: "attempts_used", error: "Error: not today", attempts: 5 };

const rules = { service: "orders", consumer, clock: { ...systemClock, now: () => now } };

async function world() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("orders"));
  const pool = openPool({ url: database.url, connectionsMax: 2, name: "dead letter test" });
  stack.defer(() => pool.close(1_000));
  const store = postgresInbox(pool, consumer, () => ({ stores: {}, lock: async () => undefined }));
  return {
    pool,
    aside: (message: StoredMessage, why = trouble) =>
      store.transaction((tx) => setAside(tx, readHeaders(message), rules, why)),
    letters: () => pool.q.execute(sql`select * from dead_letters order by id`),
    announced: () =>
      pool.q.execute<{ subject: string; headers: string; payload: Buffer; key: string }>(
        sql`select subject, headers, payload, key from outbox order by id`,
      ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const stored = (more: Partial<StoredMessage> = {}): StoredMessage => ({
  ...messageOf("17", 3),
  stream: "ORDERS",
  sequence: 7,
  publishedAt: now,
  ...more,
});

describe("setAside", () => {
  test("keeps the message as it came, with what is known of its failures", async () => {
    await using db = await world();
    const message = stored();

    await db.aside(message, { ...trouble, firstFailedAt: new Date("2026-11-21T11:00:00Z") });

    const [letter] = await db.letters();
    expect(letter).toMatchObject({
      state: "dead",
      key: "order/17",
      version: "3",
      reason: "attempts_used",
      error: "Error: not today",
      attempts: 5,
      headers: message.headers,
      payload: Buffer.from(message.payload),
    });
  });

  test("announces it through the outbox, decoded, under an id that does not change", async () => {
    await using db = await world();
    const message = stored();

    await db.aside(message);

    const [announced] = await db.announced();
    expect(announced?.subject).toBe("orders.dlq.v1.order_confirmed.17");
    const headers = decodeHeaders(announced?.headers ?? "");
    expect(headers.get("ce-type")).toBe(messageType(DeadLetterSchema));
    const body = fromBinary(DeadLetterSchema, announced?.payload ?? new Uint8Array());
    expect(body).toMatchObject({
      consumer,
      stream: "ORDERS",
      streamSequence: 7n,
      type: messageType(OrderConfirmedSchema),
      key: "order/17",
      version: 3n,
      reason: "attempts_used",
      attempts: 5,
      error: "Error: not today",
    });
    expect(body.headers.find(({ name }) => name === "key")?.value).toBe("order/17");
    expect(Buffer.from(body.payload)).toEqual(Buffer.from(message.payload));
  });

  test("is done once a message", async () => {
    await using db = await world();
    const message = stored();

    await db.aside(message);
    await db.aside(message);

    expect(await db.letters()).toHaveLength(1);
    expect(await db.announced()).toHaveLength(1);
  });

  test("is gone with its transaction, letter and announcement together", async () => {
    await using db = await world();
    const store = postgresInbox(db.pool, consumer, () => ({
      stores: {},
      lock: async () => undefined,
    }));

    const failing = store.transaction(async (tx) => {
      await setAside(tx, readHeaders(stored()), rules, trouble);
      throw new Error("no commit");
    });

    await expect(failing).rejects.toThrow("no commit");
    expect(await db.letters()).toHaveLength(0);
    expect(await db.announced()).toHaveLength(0);
  });

  test("knows a message without key by its place, and announces it under the letter's id", async () => {
    await using db = await world();

    await db.aside(stored({ headers: "" }), { reason: "no_key", error: "no key" });

    const [letter] = await db.letters();
    expect(letter).toMatchObject({ key: null, version: null, reason: "no_key" });
    const [announced] = await db.announced();
    expect(announced?.subject).toBe(`orders.dlq.v1.order_confirmed.${letter?.id}`);
  });

  test("keeps large payloads and long errors within what can be announced", async () => {
    await using db = await world();
    const payload = new Uint8Array(900_000).fill(1);

    await db.aside(stored({ payload }), { ...trouble, error: "x".repeat(100_000) });

    const [letter] = await db.letters();
    expect(Buffer.from(letter?.payload as Uint8Array)).toHaveLength(900_000);
    expect(String(letter?.error)).toHaveLength(4_000);
    const [announced] = await db.announced();
    expect(announced?.payload.length).toBeLessThan(100_000);
  });

  test("stores and announces whatever a hostile sender wrote", async () => {
    await using db = await world();
    const name = fc.oneof(
      fc.constantFrom("ce-type", "ce-id", "key", "version", "ce-time", "traceparent", "x"),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    const value = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.constantFrom("a.*.>", "order/17", "order/1.2>*", "3", "\0", "😀".repeat(300)),
    );
    const block = fc
      .array(fc.tuple(name, value), { maxLength: 12 })
      .map((headers) => headers.map(([name, value]) => `${name}: ${value}`).join("\r\n"));
    let sequence = 100;

    await fc.assert(
      fc.asyncProperty(block, fc.string({ unit: "binary" }), async (headers, error) => {
        sequence += 1;
        const eventless = headers.replaceAll(/ce-id/gi, "x-id");
        await db.aside(stored({ headers: eventless, sequence }), { reason: "unreadable", error });
      }),
      { numRuns: 150 },
    );

    const announced = await db.announced();
    expect(announced.length).toBe((await db.letters()).length);
    expect(announced.length).toBeGreaterThan(100);
    for (const { subject } of announced) {
      expect(subject).toMatch(/^orders\.dlq\.v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);
    }
  });
});
