import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { qbOn } from "./qb.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(120_000);

let world: QuickBite;
let qb: ReturnType<typeof qbOn>;
beforeAll(async () => {
  world = await openQuickBite();
  qb = qbOn(world);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function place(): Promise<number> {
  const response = await fetch(`${world.orders[0].url}/v1/orders`, {
    method: "POST",
    body: JSON.stringify({ userId: "ann", sku: "burger", quantity: 1 }),
  });
  const { id } = (await response.json()) as { id: number };
  return id;
}

const statusOf = async (id: number) =>
  (await world.sql.orders`select status from orders where id = ${id}`)[0]?.status;

test("qb stream ls, stream tail and message find tell what the broker holds", async () => {
  const id = await place();
  // Until inventory has handled the news that the order is confirmed: then all of it can be found.
  await eventually(async () => {
    const [lane] = await world.sql.inventory`
      select version from lanes where key = ${`order/${id}`}`;
    expect(Number(lane?.version)).toBe(2);
  });

  const streams = await qb("stream", "ls", "--json");
  const tail = await qb("stream", "tail", "ORDERS", "--key", `order/${id}`, "--json");
  const lines = await qb("stream", "tail", "ORDERS", "--payload");
  const unknown = await qb("stream", "tail", "NONE");

  expect(streams.json()).toMatchObject({
    streams: expect.arrayContaining([
      expect.objectContaining({ name: "ORDERS", owner: "orders", drift: [], problem: null }),
      expect.objectContaining({ name: "INVENTORY" }),
    ]),
    unanswered: [],
  });
  const page = tail.json() as { messages: readonly { type: string; eventId: string }[] };
  expect(page.messages.map(({ type }) => type)).toEqual([
    "orders.v1.order_created",
    "orders.v1.order_confirmed",
  ]);
  expect(lines.out).toContain(`order/${id} v1`);
  expect(lines.out).toContain('"sku":"burger"');
  expect([unknown.code, unknown.error]).toEqual([
    2,
    expect.stringContaining("no stream is called NONE"),
  ]);

  const [created, confirmed] = page.messages;
  for (const message of [created, confirmed]) {
    const found = await qb("message", "find", message?.eventId ?? "");
    expect(found.out).toContain(`order/${id} v`);
    expect(found.out).toContain(`qb order follow ${id}`);
  }
  const nobody = await qb("message", "find", crypto.randomUUID());
  expect([nobody.code, nobody.error]).toEqual([
    4,
    expect.stringContaining("nobody knows a message"),
  ]);
});

test("qb consumer pause holds orders up, qb saga ls shows them, and qb consumer resume lets them go", async () => {
  const consumer = "inventory-service";
  const dry = await qb(
    "consumer",
    "pause",
    consumer,
    "--for",
    "600",
    "--reason",
    "a look",
    "--dry-run",
  );
  expect(dry.out).toContain("Nothing was done");

  const paused = await qb("consumer", "pause", consumer, "--for", "600", "--reason", "a look");
  const id = await place();
  const listed = await qb("consumer", "ls");
  const waiting = await eventually(async () => {
    const { sagas } = (await qb("saga", "ls", "--json")).json() as {
      sagas: readonly { sagas: readonly { id: string; waitsFor: string }[] }[];
    };
    expect(sagas.flatMap((each) => each.sagas)).toMatchObject([
      { id: String(id), waitsFor: "answer" },
    ]);
    return sagas;
  });
  const resumed = await qb("consumer", "resume", consumer);
  await eventually(async () => expect(await statusOf(id)).toBe("CONFIRMED"));
  const audited = await qb("audit", "ls", "--target", `consumer/${consumer}`);

  const asked = await qb("order", "cancel", String(id), "--reason", "a test", "--dry-run");
  expect(asked.out).toContain(`Order ${id} is CONFIRMED. Would cancel it. Nothing was done.`);
  const cancelled = await qb("order", "cancel", String(id), "--reason", "a test");
  expect(cancelled.out).toContain(`Order ${id} is CANCELLED: a test.`);

  expect([paused.code, resumed.code]).toEqual([0, 0]);
  expect(listed.out).toContain("paused until");
  expect(waiting).toHaveLength(1);
  expect(audited.out).toContain("pause consumer");
  expect(audited.out).toContain("resume consumer");
  expect(audited.out).toContain("a look");
});

test("qb catalog tells every message, and the AsyncAPI document of all", async () => {
  const listed = await qb("catalog", "ls");
  const shown = await qb("catalog", "show", "OrderCreated", "--json");
  const document = await qb("catalog", "asyncapi");

  expect(listed.out).toContain("orders.v1.order_created");
  expect(shown.json()).toMatchObject({ type: "orders.v1.order_created", owner: "orders" });
  expect(document.json()).toMatchObject({ asyncapi: "3.0.0" });
});
