import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import { httpApp } from "../elysia-app.ts";
import { eventually } from "../testing/eventually.ts";
import { type OperatorApi, type OperatorCall, servedOperatorApi } from "../testing/operator-api.ts";
import { type Replica, type SinkWorld, sinkWorld } from "../testing/sink.ts";
import { DifferencesView, ReconcileView, VerifyView } from "./ops-check-views.ts";
import { listDifferences } from "./ops-differences.ts";
import { operatorRoutes } from "./ops-routes.ts";

setDefaultTimeout(120_000);

let world: SinkWorld;
let replica: Replica;
let api: OperatorApi;
beforeAll(async () => {
  world = await sinkWorld();
  replica = world.start({ settings: { RECONCILE_EVERY: 100 } });
  const app = httpApp({}).use(operatorRoutes(replica.messaging));
  api = servedOperatorApi(app);
  await world.send("1", [1, 2, 3]);
  await eventually(async () => expect(await world.handled()).toHaveLength(3));
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await replica[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const call = (path: string, asked?: OperatorCall) => api.call(path, asked);

const differences = async (query = "") =>
  DifferencesView.parse((await call(`differences${query}`)).body);

describe("what the operator API tells of the core's checks", () => {
  test("is how far every sweep is, and everything again when somebody asks for it", async () => {
    const swept = await eventually(async () => {
      const { sweeps } = await differences();
      expect(sweeps.map(({ kind, stream, sequence }) => `${kind} ${stream} ${sequence}`)).toEqual([
        "received ORDERS 3",
        "sent DEAD_LETTERS 0",
        "sent ORDERS 3",
      ]);
      return sweeps;
    });

    await call("reconcile", { body: {} });
    const again = await call("reconcile", { body: { full: true, reason: "to be sure" } });

    const begun = ReconcileView.parse(again.body).sweeps;
    expect(begun.every(({ beganAt }, at) => beganAt > (swept[at]?.beganAt ?? ""))).toBe(true);
    await eventually(async () => {
      const { sweeps } = await differences();
      expect(sweeps.map(({ sequence }) => sequence)).toEqual([3, 0, 3]);
    });
    const audited = await world.pool.q.execute(
      sql`select actor, action, target, detail from audit where action = 'reconcile'`,
    );
    expect([...audited]).toEqual([
      {
        actor: "operator",
        action: "reconcile",
        target: "streams",
        detail: { reason: "to be sure" },
      },
    ]);
  });

  test("is every message that is missing, page by page, until it turns up", async () => {
    const lanes = await world.pool.q.execute(sql`delete from lanes returning key, version`);
    await call("reconcile", { body: { full: true } });
    await eventually(async () => {
      const { differences: found } = await differences();
      expect(found.map(({ sequence, confirmed }) => [sequence, confirmed])).toEqual([
        [1, true],
        [2, true],
        [3, true],
      ]);
    });

    const first = await differences("?limit=2");
    const rest = await differences(`?limit=2&cursor=${first.nextCursor}`);
    const { verdicts } = VerifyView.parse(
      (await call("verify?invariant=received-accounted-for")).body,
    );

    expect([...first.differences, ...rest.differences].map(({ version }) => version)).toEqual([
      1, 2, 3,
    ]);
    expect(rest.nextCursor).toBeNull();
    expect(first.unconfirmed).toBe(0);
    // In one transaction, as the reconciler would confirm it at once.
    await world.pool.transaction(async (tx) => {
      await tx.q.execute(sql`update differences set confirmed = false where version = 3`);
      expect(await listDifferences(tx, { cursor: undefined, limit: 1 })).toMatchObject({
        unconfirmed: 1,
      });
    });
    expect(verdicts).toMatchObject([{ count: 3, problem: null, nextCursor: null }]);
    await world.pool.q.execute(sql`insert into lanes (consumer, key, version)
      values ('inventory-service', ${lanes[0]?.key}, 3)`);
    await eventually(async () => expect((await differences()).differences).toEqual([]));
  });

  test("lets a person have a missing message handled, once", async () => {
    await world.send("2", [1]);
    await eventually(async () => expect((await differences()).sweeps[0]?.sequence).toBe(4));
    // As if somebody else had acknowledged it: nothing here knows of it.
    await world.pool.q.execute(sql`delete from lanes where key = 'order/2'`);
    await world.pool.q.execute(sql`delete from sink where key = 'order/2'`);
    const take = (given: object) =>
      call("differences/take-in", {
        body: { consumer: "inventory-service", sequence: 4, reason: "it is lost", ...given },
      });
    expect(await take({})).toMatchObject({
      status: 404,
      body: { detail: "inventory-service misses no message at 4 of ORDERS" },
    });
    await call("reconcile", { body: { full: true } });
    await eventually(async () =>
      expect((await differences()).differences).toMatchObject([{ sequence: 4, confirmed: true }]),
    );

    const [missed] = (await differences()).differences;
    await world.pool.q.execute(sql`update differences set event_id = gen_random_uuid()`);
    expect(await take({})).toMatchObject({ status: 409, body: { code: "message_replaced" } });
    await world.pool.q.execute(sql`update differences set event_id = ${missed?.eventId}`);

    const taken = await take({});

    expect(taken).toEqual({
      status: 200,
      body: { consumer: "inventory-service", sequence: 4, outcome: "taken_in" },
    });
    await take({});
    expect((await world.handled()).filter(({ key }) => key === "order/2")).toHaveLength(1);
    await eventually(async () => expect((await differences()).differences).toEqual([]));
    expect((await take({})).status).toBe(404);
    expect((await take({ consumer: "other" })).status).toBe(404);
    expect((await take({ reason: "" })).status).toBe(400);
    const audited = await world.pool.q.execute(
      sql`select actor, target, detail ->> 'reason' as reason from audit where action = 'take in' order by id limit 1`,
    );
    expect([...audited]).toEqual([
      { actor: "operator", target: "message/ORDERS/4", reason: "it is lost" },
    ]);
  });

  test("is one verdict on each invariant, or on the one that is named", async () => {
    const { service, verdicts } = VerifyView.parse((await call("verify")).body);

    expect(service).toBe("orders");
    expect(verdicts.filter(({ count, problem }) => count > 0 || problem !== null)).toEqual([]);
    expect(verdicts.map(({ name }) => name)).toContain("lanes-agree");
    const named = VerifyView.parse((await call("verify?invariant=lanes-agree")).body);
    const cursor = named.verdicts[0]?.nextCursor;
    const next = await call(`verify?invariant=lanes-agree&cursor=${cursor}`);
    expect(VerifyView.parse(next.body).verdicts).toMatchObject([{ checked: 2, nextCursor: null }]);
  });

  test.each([
    ["verify?invariant=love", "400 unknown invariant, there is received-accounted-for"],
    ["verify?cursor=bGFuZQ", "400 a cursor belongs to an invariant"],
    ["verify?invariant=versions-whole&cursor=bGFuZQ", "400 invalid cursor"],
    ["verify?deep=1", "400 unknown field deep"],
    ["differences?cursor=bGFuZQ", "400 invalid cursor"],
    ["differences?limit=0", "400 limit must be 1 to 100"],
    ["ledgers/orders", "404 not found"],
    ["ledgers/orders?limit=5000", "400 limit must be 1 to 1000"],
    ["ledgers/orders?ids=a,,b", "400 ids must be a comma list of 1 to 1000"],
  ])("refuses %s in words", async (path, expected) => {
    const { status, body } = await call(path);

    expect(`${status} ${(body as { detail: string }).detail}`).toStartWith(expected);
  });

  test("refuses to reconcile what it does not understand, and whoever is no operator", async () => {
    const said = async (body: unknown, as = "operator") => {
      const answer = await call("reconcile", { body, as });
      return `${answer.status} ${(answer.body as { detail: string }).detail}`;
    };

    expect(await said({ full: "yes" })).toBe("400 full must be true or false");
    expect(await said({ fully: true })).toBe("400 unknown field fully");
    expect(await said({}, "customer")).toStartWith("403");
    expect(await said({}, "")).toStartWith("401");
    expect((await call("verify", { as: "customer" })).status).toBe(403);
  });
});
