import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { type RunningService, startService } from "@app/platform/testing/service.ts";
import { JWKS_PATH } from "@app/platform/token-claims.ts";

setDefaultTimeout(120_000);

const opened = new AsyncDisposableStack();
let users: RunningService;
let orders: RunningService;

beforeAll(async () => {
  const broker = opened.use(await temporaryBroker());
  const start = async (name: string, settings: Readonly<Record<string, string>>) => {
    const database = opened.use(await temporaryDatabase(name));
    const where = { DATABASE_URL: database.url, NATS_URL: broker.url };
    return opened.use(await startService(name, { AUTH: "required", ...where, ...settings }));
  };
  users = await start("users", {
    DEMO: "on",
    SIGNING_KEY_SECRET: "a secret of this test, long enough",
  });
  orders = await start("orders", { JWKS_URL: `${users.url}${JWKS_PATH}` });
});
afterAll(() => opened.disposeAsync());

async function call(
  url: string,
  { body, token }: { readonly body?: object; readonly token?: string } = {},
) {
  const response = await fetch(url, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says is what a test looks at
  return { status: response.status, body: (await response.json()) as any };
}

const signIn = async (who: string): Promise<string> => {
  const body = { email: `${who}@demo.test`, password: "demo1234" };
  return (await call(`${users.url}/api/login`, { body })).body.token;
};
const order = (token: string) =>
  call(`${orders.url}/v1/orders`, {
    token,
    body: { userId: "somebody else", sku: "burger", quantity: 1 },
  });

describe("somebody who has an account", () => {
  test("orders in its own name, whatever the body says, and is seen by nobody else", async () => {
    const customer = await signIn("customer");
    const { body: me } = await call(`${users.url}/api/me`, { token: customer });

    const { status, body } = await order(customer);

    expect(status).toBe(202);
    const at = `${orders.url}/v1/orders/${body.id}`;
    expect((await call(at, { token: customer })).body).toMatchObject({ userId: me.id });
    expect((await call(at, { token: await signIn("organiser") })).status).toBe(404);
    expect((await call(at, { token: await signIn("operator") })).status).toBe(200);
    expect((await call(at)).status).toBe(401);
  });

  test("goes on ordering while users is away, and after its keys were changed", async () => {
    const customer = await signIn("customer");
    const operator = await signIn("operator");
    expect((await order(customer)).status).toBe(202);
    const rotated = await call(`${users.url}/ops/v1/keys/rotate`, { token: operator, body: {} });
    expect(rotated.status).toBe(200);

    await users.process.kill();
    expect((await order(customer)).status).toBe(202);
    const ready = await call(`${orders.url}/readyz`);
    expect(ready.status).toBe(200);

    await users.process.restart();
    await eventually(async () => {
      expect((await order(await signIn("customer"))).status).toBe(202);
    });
    expect((await order(customer)).status).toBe(202);
  });

  test("is known to nobody by a key that was given up", async () => {
    const operator = await signIn("operator");
    const { body } = await call(`${users.url}/ops/v1/keys/rotate`, {
      token: operator,
      body: { compromised: true },
    });
    expect(body.ending.length).toBeGreaterThan(0);

    // Made by the new key, which orders has never seen: it asks for it.
    const customer = await signIn("customer");
    await eventually(
      async () => {
        expect((await order(customer)).status).toBe(202);
      },
      { deadlineMs: 60_000 },
    );

    expect((await order(operator)).status).toBe(401);
    expect((await call(`${orders.url}/ops/v1/consumers`, { token: operator })).status).toBe(401);
  });
});
