import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { openPool } from "@app/platform/postgres.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { type RunningService, startService } from "@app/platform/testing/service.ts";
import { sql } from "drizzle-orm";

const secret = "a signing key secret of this test";

async function world() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await temporaryDatabase("users"));
  const broker = stack.use(await temporaryBroker());
  const pool = stack.adopt(
    openPool({ url: database.url, connectionsMax: 1, name: "users test" }),
    (open) => open.close(1_000),
  );
  return {
    query: async (text: string) => [...(await pool.q.execute(sql.raw(text)))],
    broker,
    async users(environment: Readonly<Record<string, string>> = {}) {
      const settings = {
        DATABASE_URL: database.url,
        NATS_URL: broker.url,
        AUTH: "required",
        SIGNING_KEY_SECRET: secret,
        ...environment,
      };
      return stack.use(await startService("users", settings));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function call(
  { url }: Pick<RunningService, "url">,
  path: string,
  { body, token }: { readonly body?: object; readonly token?: string } = {},
) {
  const response = await fetch(`${url}${path}`, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  });
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says is what a test looks at
  return { status: response.status, body: (await response.json()) as any };
}

const signIn = (service: RunningService, email: string, password = "demo1234") =>
  call(service, "/api/login", { body: { email, password } });

// A database, a broker and a process each: more than other tests, and less than this.
setDefaultTimeout(120_000);

describe("the users service", () => {
  test("seeds people to try it with, announces them, and lets each do what it may", async () => {
    await using running = await world();
    const service = await running.users({ DEMO: "on" });

    const operator = (await signIn(service, "operator@demo.test")).body.token;
    const { body: customer } = await signIn(service, "customer@demo.test");
    const byRpc = await call(service, "/users.v1.UsersService/GetMe", {
      body: {},
      token: customer.token,
    });

    expect(byRpc.body.user).toMatchObject({ email: "customer@demo.test", roles: ["customer"] });
    const { id } = byRpc.body.user;
    const asCustomer = { body: { roles: ["operator"] }, token: customer.token };
    expect((await call(service, `/ops/v1/users/${id}/roles`, asCustomer)).status).toBe(403);
    expect((await call(service, "/ops/v1/consumers")).status).toBe(401);
    expect((await call(service, "/ops/v1/consumers", { token: operator })).status).toBe(200);
    const listed = await call(service, "/ops/v1/users", { token: operator });
    expect(listed.body.users).toHaveLength(4);
    await eventually(async () => {
      const sent = await running.query("select key from outbox_sent where stream = 'USERS'");
      expect(sent).toHaveLength(4);
    });
    expect((await call(service, "/readyz")).body).toMatchObject({ status: "ok" });
  });

  test("tells its log nothing that anybody could sign in with", async () => {
    await using running = await world();
    const service = await running.users({ LOG_LEVEL: "debug" });
    const canary = { name: "Canary", email: "canary@example.com", password: "tweet tweet 4711" };

    await call(service, "/api/register", { body: canary });
    await call(service, "/api/register", { body: canary });
    await signIn(service, canary.email, "tweet tweet 4712");
    const first = await signIn(service, canary.email, canary.password);
    const next = await call(service, "/api/refresh", {
      body: { refreshToken: first.body.refreshToken },
    });
    await call(service, `/api/me?token=${next.body.token}`, { token: next.body.token });
    await call(service, "/api/refresh", { body: { refreshToken: "qbr_wrong", more: canary } });
    // The answer about the database that is away quotes no statement either.
    await running.query("alter table users rename to nobody");
    await signIn(service, canary.email, canary.password);
    await service.process.stop();

    const lines = JSON.stringify(service.logs());
    expect(lines).toContain("request failed");
    const { token, refreshToken } = next.body;
    for (const hidden of [
      "4711",
      "4712",
      canary.email,
      secret,
      String(token).split(".")[2] ?? token,
      refreshToken,
      first.body.refreshToken,
      "argon2id",
    ])
      expect(lines).not.toContain(hidden);
  });

  test("makes the first operator once, and opens its keys by one secret only", async () => {
    await using running = await world();
    const operator = {
      NODE_ENV: "production",
      OPERATOR_EMAIL: "ops@example.com",
      OPERATOR_PASSWORD: "first of all",
    };
    const service = await running.users(operator);
    const before = await signIn(service, operator.OPERATOR_EMAIL, operator.OPERATOR_PASSWORD);

    await service.process.kill();
    const again = await running.users({ ...operator, OPERATOR_PASSWORD: "another one" });

    const { token } = before.body;
    expect((await call(again, "/ops/v1/users", { token })).status).toBe(200);
    expect((await signIn(again, operator.OPERATOR_EMAIL, "another one")).status).toBe(401);
    await expect(
      running.users({ SIGNING_KEY_SECRET: "another secret, also long enough" }),
    ).rejects.toThrow();
  });

  test("is one service in two processes that begin at once on an empty database", async () => {
    await using running = await world();

    const [one, other] = await Promise.all([
      running.users({ DEMO: "on" }),
      running.users({ DEMO: "on" }),
    ]);

    expect(await running.query("select kid from signing_keys")).toHaveLength(1);
    expect(await running.query("select id from users")).toHaveLength(4);
    const { body } = await signIn(one, "operator@demo.test");
    await one.process.kill();
    expect((await call(other, "/ops/v1/users", { token: body.token })).status).toBe(200);
    const refreshed = await call(other, "/api/refresh", {
      body: { refreshToken: body.refreshToken },
    });
    expect(refreshed.status).toBe(200);
  });

  test("loses nothing when it dies between a commit and its answer", async () => {
    await using running = await world();
    const survivor = await running.users();
    const dying = (arrivals: number) =>
      running.users({ CRASH_POINT: `request.after-commit-before-reply:${arrivals}` });
    const body = { name: "Ada", email: "ada@example.com", password: "correct horse" };

    const lost = call(await dying(1), "/api/register", { body });
    await expect(lost).rejects.toThrow();
    const again = await call(survivor, "/api/register", { body });
    const second = await dying(2);
    const { refreshToken } = (await signIn(second, body.email, body.password)).body;
    await expect(call(second, "/api/refresh", { body: { refreshToken } })).rejects.toThrow();
    // However slow the machine is, it comes in time.
    await running.query("update sessions set rotated_at = rotated_at + interval '1 min'");
    const repeated = await call(survivor, "/api/refresh", { body: { refreshToken } });

    expect(again.body.detail).toBe("email is registered already");
    expect(repeated.status).toBe(200);
    const next = await call(survivor, "/api/refresh", {
      body: { refreshToken: repeated.body.refreshToken },
    });
    expect(next.status).toBe(200);
    await eventually(async () => {
      expect(await running.query("select key from outbox_sent")).toHaveLength(1);
    });
  });

  test("gives a browser its cookies, and its session to no other site", async () => {
    await using running = await world();
    const service = await running.users({ DEMO: "on" });
    const browser = async (path: string, headers: Readonly<Record<string, string>>, body = {}) => {
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      return fetch(`${service.url}${path}`, init);
    };
    const person = { email: "customer@demo.test", password: "demo1234" };

    const signedIn = await browser("/api/login", { origin: service.url }, person);
    const cookie = signedIn.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const evil = { cookie, origin: "https://evil.example" };
    const stolen = await browser("/api/refresh", evil);
    const refreshed = await browser("/api/refresh", { cookie, origin: service.url });

    expect(cookie).toMatch(/^quickbite_session=eyJ[\w.-]+; quickbite_refresh=qbr_[\w-]+$/);
    expect(await signedIn.json()).toEqual({ message: "success", expiresIn: 600 });
    expect([stolen.status, stolen.headers.getSetCookie()]).toEqual([403, []]);
    expect([refreshed.status, refreshed.headers.getSetCookie().length]).toEqual([200, 2]);
    const me = await fetch(`${service.url}/api/me`, { headers: { cookie } });
    expect(await me.json()).toMatchObject({ email: person.email });
  });

  // Where the kernel says how much a process has ever held.
  test.skipIf(process.platform !== "linux")(
    "holds two hashes in memory when a hundred sign in at once",
    async () => {
      await using running = await world();
      const service = await running.users({
        DEMO: "on",
        SIGN_IN_FAILURES_PER_ACCOUNT: "1000",
        SIGN_IN_FAILURES_PER_ADDRESS: "1000",
      });
      const peakMiB = async () => {
        const status = await Bun.file(`/proc/${service.process.pid}/status`).text();
        return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
      };
      await signIn(service, "customer@demo.test");
      const before = await peakMiB();

      const answers = await Promise.all(
        Array.from({ length: 100 }, () => signIn(service, "customer@demo.test")),
      );

      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
      expect(statuses).toContain(200);
      // A hundred hashes are 1 900 MiB.
      expect((await peakMiB()) - before).toBeLessThan(400);
      const metrics = await fetch(`http://127.0.0.1:${service.ports.metrics}/metrics`);
      const counted = /^users_sign_ins_total\{.*outcome="signed in".*\} (\d+)$/m;
      const succeeded = statuses.filter((status) => status === 200).length;
      const [, count] = counted.exec(await metrics.text()) ?? [];
      // Some may have been served after their callers were told that it took too long.
      expect(Number(count)).toBeGreaterThanOrEqual(succeeded + 1);
      await eventually(async () => {
        expect((await signIn(service, "customer@demo.test")).status).toBe(200);
      });
    },
  );

  test("takes registrations while the broker is away, and announces them when it is back", async () => {
    await using running = await world();
    const service = await running.users();
    await running.broker.server.kill();

    const body = { name: "Ada", email: "ada@example.com", password: "correct horse" };
    const { status } = await call(service, "/api/register", { body });
    await running.broker.server.restart();

    expect(status).toBe(201);
    await eventually(async () => {
      expect(await running.query("select key from outbox_sent")).toHaveLength(1);
    });
  });
});
