import { readOrderRequest } from "@app/orders/domain/order-request.ts";
import { placeOrder } from "@app/orders/domain/place-order.ts";
import { addOrderStatements } from "@app/orders/store/add-order-statements.ts";
import { toMessage } from "@app/orders/store/messages.ts";
import { newRow } from "@app/orders/store/order-row.ts";
import { requestHash } from "@app/orders/store/request-hash.ts";
import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import { outboxRow } from "@app/platform/messaging/outbox.ts";
import { openPool } from "@app/platform/postgres.ts";
import { is, Param, Placeholder } from "drizzle-orm";
import type { BenchDatabase } from "../bench.ts";
import { statementFloor } from "../floors/statement-floor.ts";
import { answeredWith, closedLoop, postOf } from "../http-load.ts";
import type { Contender, Job, Plan, Row } from "../job.ts";
import { orderOf } from "../messages.ts";
import { orderHeaders } from "../order-headers.ts";
import { type Given, type Script, scriptOf } from "../pgbench.ts";
import { quantile } from "../ratios.ts";

const benchOrder = orderOf("sku-17");
const secondsOf = ({ short }: Plan) => (short ? 0.5 : 4);
/** Nothing listens there: the broker is away, orders are taken on, and the relay has nothing to do. */
export const NO_BROKER = "nats://127.0.0.1:1";

/** Orders accepted over HTTP, each under an Idempotency-Key, beside the statement that stores them. */
export const placeOrders: Job = {
  name: "i",
  title: "orders accepted: `POST /v1/orders` with an Idempotency-Key, all rows durable",
  seconds: (plan) => 3 + (plan.rounds + 1) * 5 * (secondsOf(plan) + 0.5),

  async open(bench, plan) {
    await using opened = new AsyncDisposableStack();
    const floorDatabase = await bench.database("orders");
    const script = await orderScript(floorDatabase);
    const floor = (clients: number) =>
      statementFloor(bench, {
        database: floorDatabase,
        script,
        clients,
        seconds: secondsOf(plan),
        tables: ["orders", "outbox", "idempotency_keys"],
      });

    const alone = await bench.database("orders");
    const settings = { OUTBOX_MAX: "1000000000" };
    const service = opened.use(
      await bench.service(
        "orders",
        { ...settings, DATABASE_URL: alone.url, NATS_URL: NO_BROKER },
        { untilReady: false },
      ),
    );
    opened.defer(() => service.process.kill());
    const ours = (clients: number): Contender => ({
      ...placingOrders(alone, { url: service.url, clients, seconds: secondsOf(plan) }),
      prepare: () => emptied(alone),
    });
    await ours(64).run();

    const owned = opened.move();
    return {
      contenders: [floor(16), ours(16), floor(1), ours(1), ours(64)],
      rows: rows(floor(16).name, floor(1).name),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

const rows = (floor16: string, floor1: string): readonly Row[] => {
  const rate = { figure: "perSecond", unit: "orders/s" };
  return [
    {
      name: "16 clients",
      contender: "ours, 16 clients",
      ...rate,
      floor: floor16,
      target: { kind: "ratio", first: 0.75, loose: 0.02 },
    },
    {
      name: "1 client, beside 1 connection",
      contender: "ours, 1 client",
      ...rate,
      floor: floor1,
      target: { kind: "ratio", first: 0.5, loose: 0.02 },
    },
    {
      name: "64 clients, beside 16 connections",
      contender: "ours, 64 clients",
      ...rate,
      floor: floor16,
      target: { kind: "ratio", first: 0.75, next: 1.1, loose: 0.02 },
    },
    {
      name: "64 clients, 99 of 100 answered within",
      contender: "ours, 64 clients",
      figure: "p99Ms",
      unit: "ms",
      target: { kind: "most", first: 20, next: 20 },
    },
  ];
};

/** Lets clients order, each the next when the last is accepted. */
export function placingOrders(
  database: BenchDatabase,
  load: { readonly url: string; readonly clients: number; readonly seconds: number },
): Contender {
  const { url, clients, seconds } = load;
  const body = JSON.stringify(benchOrder);
  return {
    name: `ours, ${clients === 1 ? "1 client" : `${clients} clients`}`,
    async run() {
      const before = await storedIn(database);
      const run = crypto.randomUUID();
      const load = await closedLoop({
        url,
        clients,
        forMs: seconds * 1_000,
        request: (number) => postOf("/v1/orders", body, orderHeaders(run, number)),
      });
      const accepted = answeredWith(load, [202]);
      const { latenciesMs, elapsedMs } = load;
      return {
        figures: {
          perSecond: (accepted * 1_000) / elapsedMs,
          p50Ms: quantile(latenciesMs, 0.5),
          p99Ms: quantile(latenciesMs, 0.99),
        },
        done: accepted,
        async counts() {
          const after = await storedIn(database);
          return {
            accepted,
            orders: after.orders - before.orders,
            messages: after.messages - before.messages,
            keys: after.keys - before.keys,
          };
        },
      };
    },
  };
}

async function storedIn({ sql }: BenchDatabase) {
  const [row] = await sql<{ orders: number; messages: number; keys: number }[]>`
    select (select count(*)::int from orders) as orders,
      (select count(*)::int from outbox) + (select count(*)::int from outbox_sent) as messages,
      (select count(*)::int from idempotency_keys) as keys`;
  if (!row) throw new Error("counts are one row");
  return row;
}

/** Without the backlog of the rounds before, and with a checkpoint behind it. */
async function emptied({ sql }: BenchDatabase): Promise<void> {
  await sql`truncate orders, outbox, outbox_sent, idempotency_keys`;
  await sql`checkpoint`;
}

/** The very statement of the service, with the parameters of one of its orders, but for what must differ. */
async function orderScript(database: BenchDatabase): Promise<Script> {
  const pool = openPool({ url: database.url, connectionsMax: 1, name: "bench" });
  try {
    const { underKey } = addOrderStatements(pool.q);
    const { sql, params } = underKey.getQuery();
    const values = valuesOf();
    const given = params.map((param): Given => {
      const { name, encode } = placeholderOf(param);
      if (numbered.has(name)) return { kind: "sql", text: ":id" };
      if (name === "outbox.eventId") return { kind: "sql", text: "gen_random_uuid()" };
      return { kind: "value", value: encode(values[name]) };
    });
    const script = scriptOf(sql, given);
    // Ascending over all connections, as ids are that are drawn from a sequence.
    const text = ["\\set n :n + 1", "\\set id :base + :n * 64 + :client_id", `${script.text};`];
    return { text: text.join("\n"), variables: { ...script.variables, n: "0" } };
  } finally {
    await pool.close(1_000);
  }
}

const numbered = new Set(["orders.id", "idempotency_keys.key", "idempotency_keys.resourceId"]);

function valuesOf(): Readonly<Record<string, unknown>> {
  const request = readOrderRequest(benchOrder);
  const { order, facts } = placeOrder(request, { id: 1_000_000n, at: new Date() });
  const named = (table: string, values: object) =>
    Object.entries(values).map(([name, value]) => [`${table}.${name}`, value]);
  const message = toMessage(facts[0], randomMessageIds);
  const key = { scope: request.userId, requestHash: requestHash(request) };
  return Object.fromEntries([
    ...named("orders", newRow(order, null)),
    ...named("outbox", outboxRow(message)),
    ...named("idempotency_keys", key),
  ]);
}

/** What a prepared statement of Drizzle expects in one place. */
function placeholderOf(param: unknown): {
  readonly name: string;
  encode(value: unknown): unknown;
} {
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { value, encoder } = param;
    return { name: value.name, encode: (given) => encoder.mapToDriverValue(given) };
  }
  if (is(param, Placeholder)) return { name: param.name, encode: (given) => given };
  throw new Error(`a parameter that is no placeholder: ${param}`);
}
