import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type CollectedSpan, type Collector, collector } from "@app/platform/testing/collector.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { exportedMetrics } from "../house/exported-metrics.ts";
import { openQuickBite, type QuickBite } from "./quickbite.ts";

setDefaultTimeout(180_000);

/** As OTLP numbers them. */
const kinds = { server: 2, client: 3, producer: 4, consumer: 5 };

/** Spans come by the second, and a scrape is work for everybody. */
const unhurried = { everyMs: 200, deadlineMs: 60_000 };

let told: Collector;
let world: QuickBite;
beforeAll(async () => {
  told = collector();
  const traced = {
    OTEL_EXPORTER_OTLP_ENDPOINT: told.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: "api-key=of-the-collector",
    // The collector lives in this process, which may be busy: what it takes too late is lost.
    OTEL_EXPORTER_OTLP_TIMEOUT: "60000",
  };
  world = await openQuickBite({
    ordersSettings: { ...traced, DEMO: "on" },
    inventorySettings: traced,
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  told[Symbol.dispose]();
});

/** A trace that a caller began, and what is told of it once it has all of these spans. */
function caller() {
  const traceId = crypto.randomUUID().replaceAll("-", "");
  const spanId = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  return {
    spanId,
    headers: { traceparent: `00-${traceId}-${spanId}-01` },
    spansCalled: (...names: readonly string[]) =>
      eventually(async () => {
        const spans = told.spans.filter((span) => span.traceId === traceId);
        expect(spans.map(titleOf)).toEqual(expect.arrayContaining([...names]));
        return spans;
      }, unhurried),
  };
}

const titleOf = ({ service, name }: CollectedSpan) => `${service}: ${name}`;

/** The titles of a span and of all above it, from the top. */
function wayTo(spans: readonly CollectedSpan[], title: string): readonly string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const way: string[] = [];
  let span = spans.find((span) => titleOf(span) === title);
  for (let steps = 0; span && steps < 20; steps += 1) {
    way.unshift(titleOf(span));
    span = byId.get(span.parentSpanId ?? "");
  }
  return way;
}

const find = (spans: readonly CollectedSpan[], title: string) =>
  spans.find((span) => titleOf(span) === title);

describe("the trace of an order", () => {
  test("goes from the request through outbox and broker to inventory and back", async () => {
    const { headers, spanId, spansCalled } = caller();

    const placed = await world.order(
      { userId: "somebody-in-particular", sku: "burger", quantity: 1 },
      { headers: { ...headers, authorization: "Bearer a-secret-of-theirs" } },
    );
    expect(placed.status).toBe(202);
    const way = [
      "orders: POST /v1/orders/",
      "orders: create orders.v1.order_created",
      "inventory: process orders.v1.order_created",
      "inventory: create inventory.v1.inventory_reserved",
      "orders: process inventory.v1.inventory_reserved",
      "orders: create orders.v1.order_confirmed",
      "inventory: process orders.v1.order_confirmed",
    ];
    const spans = await spansCalled(
      ...way,
      "orders: send orders.v1.order_created",
      "inventory: send inventory.v1.inventory_reserved",
      "orders: send orders.v1.order_confirmed",
    );

    expect(wayTo(spans, "inventory: process orders.v1.order_confirmed")).toEqual(way);
    const created = find(spans, "orders: create orders.v1.order_created");
    const sent = find(spans, "orders: send orders.v1.order_created");
    const processed = find(spans, "inventory: process orders.v1.order_created");
    expect(find(spans, "orders: POST /v1/orders/")).toMatchObject({
      parentSpanId: spanId,
      kind: kinds.server,
      failed: false,
      attributes: {
        "http.request.method": "POST",
        "http.route": "/v1/orders/",
        "url.path": "/v1/orders",
        "http.response.status_code": 202,
      },
    });
    expect(created?.kind).toBe(kinds.producer);
    expect(sent).toMatchObject({
      kind: kinds.client,
      parentSpanId: created?.spanId ?? "",
      links: [created?.spanId ?? ""],
    });
    expect(processed).toMatchObject({
      kind: kinds.consumer,
      links: [created?.spanId ?? ""],
      attributes: {
        "messaging.system": "nats",
        "messaging.operation.type": "process",
        "messaging.consumer.group.name": "inventory-service",
        "messaging.message.key": `order/${placed.body.id}`,
        "messaging.nats.stream": "ORDERS",
      },
    });
  });

  test("goes on where it ended in a dead letter, once that is mended and redriven", async () => {
    const { headers, spansCalled } = caller();
    const { body } = await world.call("POST", "/ops/v1/demo/unreadable-orders", {
      headers,
      body: { userId: "ann", sku: "pizza", quantity: 1, deadlineSeconds: 86_400 },
    });
    const letter = await eventually(async () => {
      const rows = await world.sql.inventory`
        select id from dead_letters where key = ${`order/${body.id}`} and state = 'dead'`;
      expect(rows).toHaveLength(1);
      return rows[0]?.id;
    });

    const operator = caller();
    const payload = {
      ...{ orderId: String(body.id), userId: "ann", sku: "pizza", quantity: 1 },
      items: [{ sku: "pizza", quantity: 1 }],
    };
    const edit = { payload, reason: "the sender lost a byte", revision: 1, redrive: true };
    const mended = await world.call("POST", `/ops/v1/dead-letters/${letter}/edit`, {
      service: "inventory",
      headers: operator.headers,
      body: edit,
    });

    expect(mended.body).toMatchObject({ outcome: "done" });
    const wayOut = [
      "orders: POST /ops/v1/demo/unreadable-orders",
      "orders: create orders.v1.order_created",
      "inventory: process orders.v1.order_created",
      "inventory: create platform.v1.dead_letter",
      "inventory: send platform.v1.dead_letter",
    ];
    const wayBack = [
      "orders: POST /ops/v1/demo/unreadable-orders",
      "orders: create orders.v1.order_created",
      "inventory: redrive orders.v1.order_created",
      "inventory: create inventory.v1.inventory_reserved",
      "orders: process inventory.v1.inventory_reserved",
    ];
    const spans = await spansCalled(...wayOut, ...wayBack);
    expect(wayTo(spans, "inventory: send platform.v1.dead_letter")).toEqual(wayOut);
    expect(wayTo(spans, "orders: process inventory.v1.inventory_reserved")).toEqual(wayBack);
    const title = "inventory: POST /ops/v1/dead-letters/:id/edit";
    const request = find(await operator.spansCalled(title), title);
    expect(find(spans, "inventory: redrive orders.v1.order_created")?.links).toContain(
      request?.spanId ?? "",
    );
  });

  test("tells nothing of what callers send, and nothing of who looks whether all is well", () => {
    expect(told.requests.length).toBeGreaterThan(0);
    const everything = told.requests.map(({ body }) => body).join("\n");

    expect(everything).not.toContain("somebody-in-particular");
    expect(everything).not.toContain("a-secret-of-theirs");
    expect(everything).not.toContain("readyz");
    expect(
      told.requests.every(({ headers }) => headers.get("api-key") === "of-the-collector"),
    ).toBe(true);
  });
});

describe("the metrics of a running service", () => {
  test("are those that the registries declare, and count what has happened", async () => {
    const { headers, spansCalled } = caller();
    await world.order({ userId: "ann", sku: "pizza", quantity: 1 }, { headers });
    await spansCalled("inventory: process orders.v1.order_confirmed");
    const [orders, inventory] = await Promise.all([scraped("orders"), scraped("inventory")]);

    const declared = exportedMetrics();
    const isOurs = (name: string) => !/^(?:process|nodejs)_/.test(name);
    for (const [service, { names }] of Object.entries({ orders, inventory })) {
      const expected = declared.get(service)?.map(({ name }) => name) ?? [];
      expect(names.filter(isOurs)).toEqual(expected.filter(isOurs));
    }
    expect(
      orders.sum("http_server_request_duration_seconds_count", { route: "/v1/orders/" }),
    ).toBeGreaterThan(0);
    expect(
      orders.sum("outbox_publishes_total", { stream: "ORDERS", outcome: "stored" }),
    ).toBeGreaterThan(1);
    expect(orders.sum("outbox_publish_ack_seconds_count", { stream: "ORDERS" })).toBeGreaterThan(1);
    expect(
      inventory.sum("consumer_messages_total", { consumer: "inventory-service" }),
    ).toBeGreaterThan(1);
    expect(inventory.sum("consumer_transaction_seconds_count", {})).toBeGreaterThan(0);
    // Of what has not happened a rate is known only when it is there as 0.
    expect(inventory.count("consumer_redeliveries_total")).toBe(2);
    expect(orders.count("outbox_publishes_total")).toBeGreaterThanOrEqual(4);
    expect(orders.sum("database_pool_connections_max", { pool: "requests" })).toBe(10);
    expect(orders.sum("nodejs_eventloop_lag_p99_seconds", {})).toBeGreaterThan(0);
    // By the broker's word, which a busy machine may give too late for one scrape.
    for (const service of ["orders", "inventory"] as const) {
      await eventually(async () => {
        const { sum } = await scraped(service);
        const durable = { stream: "ORDERS", consumer: "inventory-service" };
        expect(sum("service_ready", {})).toBe(1);
        expect(sum("broker_connected", {})).toBe(1);
        expect(sum("consumer_pulls", durable)).toBeGreaterThan(0);
        expect(sum("consumer_lag_messages", durable)).toBe(0);
      }, unhurried);
    }
    await eventually(async () =>
      expect(
        (await scraped("orders")).sum("stream_messages", { stream: "ORDERS" }),
      ).toBeGreaterThan(1),
    );
  });
});

/** What a service's metrics port says. */
async function scraped(service: "orders" | "inventory") {
  const [{ ports }] = world[service];
  const text = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text();
  const lines = text.split("\n");
  return {
    /** Of all metrics, sorted. */
    names: lines
      .flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? [])
      .toSorted((a, b) => a.localeCompare(b)),
    count: (name: string) => lines.filter((line) => line.startsWith(`${name}{`)).length,
    /** Of all series of that name that have these labels. */
    sum: (name: string, labels: Readonly<Record<string, string>>) =>
      lines
        .filter((line) => line.startsWith(`${name}{`))
        .filter((line) =>
          Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)),
        )
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0),
  };
}
