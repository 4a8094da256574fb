import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import { OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { demoPassword, demoPeople } from "@app/platform/demo-people.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type RunningService, startService } from "@app/platform/testing/service.ts";
import { eventsIn } from "@app/qb/event-stream.ts";
import { serviceNames } from "@app/web/gateway/routes.ts";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { runQb } from "./qb.ts";
import { openSignInWorld, type Person, publishEvent, type SignInWorld } from "./sign-in-world.ts";
import { type Answer, callAt } from "./stage.ts";

setDefaultTimeout(180_000);

let world: SignInWorld;
let web: RunningService;
beforeAll(async () => {
  world = await openSignInWorld(undefined, {
    TRUSTED_PROXIES: "127.0.0.1",
    SIGN_IN_FAILURES_PER_ADDRESS: "2",
  });
  const addresses = serviceNames.map((name) => [
    `${name.toUpperCase()}_URL`,
    world.service(name).url,
  ]);
  // As behind a proxy for TLS on this machine, which says who called.
  const settings = { TRUSTED_PROXIES: "127.0.0.1", ...Object.fromEntries(addresses) };
  web = await startService("web", settings);
});
afterAll(async () => {
  await web[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

interface Call {
  readonly as?: Person;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the one origin answers. */
function ask(method: string, path: string, { as, body, headers }: Call = {}): Promise<Answer> {
  const signed = as && { authorization: `Bearer ${as.token}` };
  return callAt(`${web.url}${path}`, { method, body, headers: { ...headers, ...signed } });
}

const anOrder = (userId: string) => ({ userId, sku: "pizza", quantity: 1 });

describe("one origin", () => {
  test("takes an order from its menu to its decision", async () => {
    const ada = await world.join("ada");

    const menu = await ask("GET", "/v1/items");
    const placed = await ask("POST", "/v1/orders", {
      as: ada,
      body: anOrder(ada.id),
      headers: { prefer: "wait=30", "idempotency-key": "through the gateway" },
    });

    expect(menu.body.items.map(({ sku }: { sku: string }) => sku)).toContain("pizza");
    expect(placed.status).toBe(201);
    const own = await ask("GET", `/api/me/orders?userId=${demoPeople.customer.id}`, { as: ada });
    expect(own.body.orders).toMatchObject([{ id: placed.body.id, userId: ada.id }]);
    const operators = await ask("GET", "/api/me/orders", { as: world.operator });
    expect(operators.body.orders).toEqual([]);
    expect((await ask("GET", "/api/me/orders")).status).toBe(401);
  });

  test("publishes an event and books a seat of it", async () => {
    const bob = await world.join("bob");
    const eventId = await publishEvent({
      organiser: world.organiser,
      call: (_, method, path, call) => ask(method, path, call),
    });

    const booking = await eventually(async () => {
      const booked = await ask("POST", `/events/${eventId}/bookings`, {
        as: bob,
        body: { seats: 2 },
      });
      expect(booked.status).toBe(201);
      return booked.body;
    });

    expect((await ask("GET", `/events/${eventId}`)).body).toMatchObject({ id: eventId });
    expect((await ask("GET", `/events/${eventId}/availability`)).body).toMatchObject({ left: 8 });
    const own = await ask("GET", "/api/me/bookings", { as: bob });
    expect(own.body.bookings).toMatchObject([{ id: booking.id }]);
    const ticket = await fetch(`${web.url}/bookings/${booking.id}/ticket`, {
      headers: { "sec-fetch-mode": "navigate", authorization: `Bearer ${bob.token}` },
    });
    expect(ticket.headers.get("content-type")).toStartWith("image/svg+xml");
    expect((await ask("GET", "/.well-known/jwks.json")).body.keys.length).toBeGreaterThan(0);
    expect((await ask("GET", "/tickets/keys")).status).toBe(200);
  });

  test.each([...serviceNames])("shows the operator API of %s to operators alone", async (name) => {
    const path = `/ops/${name}/v1/consumers`;
    const customer = await world.join(`customer-of-${name}`);

    expect((await ask("GET", path, { as: world.operator })).body).toHaveProperty("consumers");
    expect((await ask("GET", path, { as: customer })).status).toBe(403);
    expect((await ask("GET", path)).status).toBe(401);
  });

  test("makes calls by Connect and gRPC-Web, errors included", async () => {
    const options = { httpVersion: "1.1", baseUrl: web.url } as const;
    for (const transport of [createConnectTransport(options), createGrpcWebTransport(options)]) {
      const inventory = createClient(InventoryService, transport);
      const orders = createClient(OrdersService, transport);
      const headers = { authorization: `Bearer ${world.operator.token}` };

      const { sku } = await inventory.getStock({ sku: "burger" }, { headers });
      const unknown = orders.getOrder({ orderId: 999_999n }, { headers });

      expect(sku).toBe("burger");
      expect(ConnectError.from(await failureOf(unknown)).code).toBe(Code.NotFound);
    }
  });

  test("keeps a browser signed in by cookies, and heeds where its page is from", async () => {
    const page = { origin: web.url, "sec-fetch-site": "same-origin" };
    const signedIn = await fetch(`${web.url}/api/login`, {
      method: "POST",
      headers: page,
      body: JSON.stringify({ email: demoPeople.customer.email, password: demoPassword }),
    });
    const cookie = signedIn.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    expect(await signedIn.json()).not.toHaveProperty("token");

    const rename = (headers: Readonly<Record<string, string>>) =>
      ask("PATCH", "/api/me", { body: { name: "Carla" }, headers: { cookie, ...headers } });

    expect((await rename(page)).status).toBe(200);
    // Of browsers that do not say more: the service is asked by the name that the browser asked.
    expect((await rename({ origin: web.url })).status).toBe(200);
    expect((await rename({ origin: world.service("users").url })).status).toBe(403);
    expect((await rename({ origin: web.url, "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await ask("GET", "/api/me/orders", { headers: { cookie } })).status).toBe(200);
    expect((await ask("POST", "/api/refresh", { headers: { cookie, ...page } })).status).toBe(200);
  });

  test("lets each caller have its own share of a limit", async () => {
    const fail = async (address: string) => {
      const headers = { "x-forwarded-for": address };
      const body = { email: `${address}@example.test`, password: "wrong password" };
      return (await ask("POST", "/api/login", { body, headers })).status;
    };

    const first = [await fail("203.0.113.1"), await fail("203.0.113.1"), await fail("203.0.113.1")];
    const second = await fail("203.0.113.2");

    expect(first).toEqual([401, 401, 429]);
    expect(second).toBe(401);
  });

  test("is one trace from the browser to the service", async () => {
    const traceId = "c".repeat(32);
    const headers = {
      traceparent: `00-${traceId}-${"d".repeat(16)}-01`,
      "x-request-id": "gateway-1",
    };

    const refused = await ask("GET", "/v1/orders/0", { as: world.operator, headers });

    expect(refused).toMatchObject({ status: 400, body: { traceId } });
    for (const { logs } of [web, world.service("orders")])
      expect(logs()).toContainEqual(
        expect.objectContaining({ message: "request", traceId, requestId: "gateway-1" }),
      );
  });
});

describe("a live page", () => {
  test("hears of an order while it is undecided, and when it is decided", async () => {
    const { process } = world.service("inventory");
    process.pause();
    const placed = await ask("POST", "/v1/orders", {
      as: world.operator,
      body: anOrder("eve"),
    });
    const response = await fetch(`${web.url}/v1/orders/${placed.body.id}/stream`, {
      headers: { authorization: `Bearer ${world.operator.token}` },
      signal: AbortSignal.timeout(60_000),
    });
    const events = eventsIn(response);

    const first = await events.next();
    process.resume();
    const later = await Array.fromAsync(events);

    const statusIn = (data = "{}") => JSON.parse(data).status;
    expect(statusIn(first.value?.data)).toBe("PENDING");
    expect(later.map(({ data }) => statusIn(data))).toEqual(["CONFIRMED"]);
  });

  test("that is left leaves nothing open behind it", async () => {
    const leaving = new AbortController();
    const inventory = createClient(
      InventoryService,
      createConnectTransport({ httpVersion: "1.1", baseUrl: web.url }),
    );
    const watch = inventory.watchStock(
      { skus: ["burger"] },
      {
        signal: leaving.signal,
        headers: { authorization: `Bearer ${world.operator.token}` },
      },
    );

    for await (const { sku } of watch) {
      expect(sku).toBe("burger");
      expect(await openStreams()).toBe(1);
      break;
    }
    leaving.abort();

    await eventually(async () => expect(await openStreams()).toBe(0));
  });
});

describe("a service that is away", () => {
  test("is named, while pages and the other services are there, and is found again", async () => {
    const { process } = world.service("orders");
    await process.kill();

    const call = await ask("GET", "/v1/orders", { as: world.operator });
    // What its checks found a moment ago is told for a moment.
    const readiness = await eventually(async () => {
      const answer = await ask("GET", "/readyz");
      expect(answer).toMatchObject({ status: 200, body: { status: "degraded" } });
      return answer;
    });
    const menu = await ask("GET", "/v1/items");
    const page = await fetch(`${web.url}/orders`, { headers: { accept: "text/html" } });
    const orders = createClient(
      OrdersService,
      createConnectTransport({ httpVersion: "1.1", baseUrl: web.url }),
    );
    const rpc = ConnectError.from(await failureOf(orders.getOrder({ orderId: 1n })));

    expect(call).toMatchObject({ status: 503, body: { code: "service_away", service: "orders" } });
    expect(call.body.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(readiness.body.checks.orders).toMatchObject({ problem: "does not answer" });
    expect(menu.status).toBe(200);
    expect(await page.text()).toContain('<div id="root">');
    expect((await doctor()).out).toContain("web to orders\tdoes not answer\tstart orders");
    expect([rpc.code, rpc.rawMessage]).toEqual([Code.Unavailable, "orders does not answer"]);

    await process.restart();
    const again = await ask("GET", "/v1/orders", { as: world.operator });
    expect(again.status).toBe(200);
  });

  test("as it is when it hangs, is found out, and its callers need not wait for it", async () => {
    const { process } = world.service("bookings");
    process.pause();
    try {
      const { status, body } = await ask("GET", "/bookings", { as: world.operator });

      expect(status).toBe(504);
      expect(body).toMatchObject({ code: "service_late", service: "bookings" });
    } finally {
      process.resume();
    }
  });
});

/** What the doctor says who is told where the gateway is. */
const doctor = () => runQb(["doctor"], { WEB_URL: web.url, NATS_URL: "nats://127.0.0.1:1" });

/** How many answers go on through the gateway, as it counts them. */
async function openStreams(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${web.ports.metrics}/metrics`);
  return Number(/^gateway_open_streams\{.*\} (\d+)$/m.exec(await response.text())?.[1]);
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}
