import { describe, expect, test } from "bun:test";
import { authenticator } from "@app/platform/auth.ts";
import { elysiaHandler, httpApp } from "@app/platform/elysia-app.ts";
import { SagasView } from "@app/platform/messaging/ops-saga-views.ts";
import { servedHttp } from "@app/platform/testing/served-http.ts";
import { ordersAccess } from "../access.ts";
import { anOrderOf, type OrdersWorld, ordersWorld } from "../testing/world.ts";
import { sagaRoutes } from "./saga-routes.ts";

const deadlineMs = 60_000;

async function asked(world: OrdersWorld, query = "", token = "operator") {
  const app = httpApp(ordersAccess).use(sagaRoutes({ db: world.pool, deadlineMs }));
  await using served = servedHttp({
    handlers: [elysiaHandler(app)],
    authenticate: authenticator("required", async (subject) => ({
      subject,
      roles: [subject === "operator" ? "operator" : "customer"],
    })),
  });
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${served.server.url}/ops/v1/sagas${query}`, { headers });
  return { status: response.status, body: await response.json() };
}

const sagas = async (world: OrdersWorld, query?: string) =>
  SagasView.parse((await asked(world, query)).body);

const answering = `insert into broker_seen values (1, now(), now() - interval '1 day')
  on conflict (id) do update set seen_at = excluded.seen_at`;

/** What the relay does at the PubAck. */
const sent = (
  id: bigint,
) => `with done as (delete from outbox where key = 'order/${id}' returning *)
  insert into outbox_sent select 3, id, event_id, key, version, subject, headers, payload,
    'ORDERS', 1, created_at, now() from done`;

describe("the sagas of orders", () => {
  test("are the undecided ones, the oldest first, page by page, counted by age", async () => {
    await using world = await ordersWorld();
    for (const sku of ["soup", "cake", "fish"]) await world.place(anOrderOf(sku));
    await world.query("update orders set created_at = now() - interval '10 minutes' where id = 2");
    await world.query(`update orders set status = 'CANCELLED', reason = 'timed out', missing = '{}',
      version = 2, updated_at = now() where id = 3`);

    const first = await sagas(world, "?limit=1");
    const rest = await sagas(world, `?limit=1&cursor=${first.nextCursor}`);

    expect([...first.sagas, ...rest.sagas]).toMatchObject([
      { id: "2", key: "order/2", state: "PENDING", userId: "u1", summary: "1 × cake" },
      { id: "1", summary: "1 × soup" },
    ]);
    expect(rest.nextCursor).toBeNull();
    expect(first.open).toMatchObject({ count: 2, atLeast: false, byAge: [1, 0, 1, 0] });
    expect(first.open.oldestAt).toBe(first.sagas[0]?.since ?? "");
    expect(first.recent).toEqual([
      { state: "CANCELLED", count: 1 },
      { state: "PENDING", count: 2 },
    ]);
  });

  test("wait for the outbox first, then for an answer, until their deadline", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();
    await world.query(answering);
    expect((await sagas(world)).sagas).toMatchObject([{ waitsFor: "outbox", deadlineAt: null }]);

    await world.query(sent(id));

    const { sagas: open, at } = await sagas(world);
    expect(open).toMatchObject([{ waitsFor: "answer", deadLetterId: null }]);
    const leftMs = Date.parse(open[0]?.deadlineAt ?? "") - Date.parse(at);
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(deadlineMs);
  });

  test("have no deadline while the broker is away", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();
    await world.query(sent(id));
    await world.query("insert into broker_seen values (1, now() - interval '1 hour', now())");

    expect((await sagas(world)).sagas).toMatchObject([{ waitsFor: "answer", deadlineAt: null }]);
  });

  test("name the dead letter that holds one up", async () => {
    await using world = await ordersWorld();
    const { id } = await world.place();
    await world.query(sent(id));
    await world.query(`insert into dead_letters (consumer, key, version, event_id, stream,
      stream_sequence, subject, headers, payload, published_at, reason)
      values ('orders-service', 'reservation/${id}', 1, gen_random_uuid(), 'INVENTORY', 1,
        'inventory.v1.inventory_reserved.${id}', '', '', now(), 'unreadable')`);

    expect((await sagas(world)).sagas).toMatchObject([
      { waitsFor: "dead_letter", deadLetterId: 1 },
    ]);
  });

  test("are for operators, and refuse what they do not understand", async () => {
    await using world = await ordersWorld();

    expect((await asked(world, "", "customer")).status).toBe(403);
    expect(await asked(world, "?cursor=bm8")).toMatchObject({
      status: 400,
      body: { detail: "invalid cursor" },
    });
    expect((await sagas(world)).sagas).toEqual([]);
  });
});
