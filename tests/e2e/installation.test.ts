import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@app/platform/testing/eventually.ts";
import postgres from "postgres";
import {
  type Installation,
  type InstalledService,
  installedServices,
  openInstallation,
} from "./installation.ts";
import { runQb } from "./qb.ts";

setDefaultTimeout(240_000);

const patiently = { deadlineMs: 90_000, everyMs: 100 };

let world: Installation;
/** All that anybody was answered, headers included. */
const answered: string[] = [];
beforeAll(async () => {
  world = await openInstallation();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function call(
  name: InstalledService,
  request: string,
  { token, body, headers = {} }: { token?: string; body?: unknown; headers?: object } = {},
) {
  const [method = "GET", path = "/"] = request.split(" ");
  const response = await fetch(`${world.service(name).url}${path}`, {
    method,
    headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  answered.push(`${request} ${JSON.stringify([...response.headers])} ${text}`);
  return { status: response.status, body: /^\{/.test(text) ? JSON.parse(text) : text };
}

async function signedIn({ email, password }: { email: string; password: string }): Promise<string> {
  const { status, body } = await call("users", "POST /api/login", { body: { email, password } });
  expect(status).toBe(200);
  return body.token;
}

const logOf = (name: InstalledService) => `the log of ${name}`;

/** Everything that the installation told anybody so far, by where. */
async function placesToldIn(): Promise<ReadonlyMap<string, string>> {
  const places = new Map([
    ["an answer", answered.join("\n")],
    ["a span", world.told.requests.map(({ body }) => body).join("\n")],
  ]);
  for (const name of installedServices) {
    const { ports, logs } = world.service(name);
    const metrics = await fetch(`http://127.0.0.1:${ports.metrics}/metrics`);
    places.set(`a metric of ${name}`, await metrics.text());
    places.set(logOf(name), JSON.stringify(logs()));
  }
  return places;
}

/** Which places tell which secrets. */
const told = (places: ReadonlyMap<string, string>, secrets: ReadonlyMap<string, string>) =>
  [...places].flatMap(([place, text]) =>
    [...secrets]
      .filter(([, secret]) => text.includes(secret))
      .map(([what]) => `${place} tells ${what}`),
  );

const ada = { name: "Ada", email: "ada@example.com", password: "a long sentence of hers" };
let operator: string;
let customer: string;
let bookingId: string;

describe("an installation, where each has the rights it needs and no more,", () => {
  test("signs people in, with the first operator that it was told of", async () => {
    expect((await call("users", "POST /api/register", { body: ada })).status).toBe(201);

    customer = await signedIn(ada);
    operator = await signedIn(world.operator);
  });

  test("takes an order all its way", async () => {
    const { status, body } = await call("orders", "POST /v1/orders", {
      token: customer,
      body: { sku: "burger", quantity: 1 },
    });

    expect(status).toBe(202);
    await eventually(async () => {
      const order = await call("orders", `GET /v1/orders/${body.id}`, { token: customer });
      expect(order.body.status).toBe("CONFIRMED");
    }, patiently);
  });

  test("publishes an event, and books it", async () => {
    const location = await call("events", "POST /locations", {
      token: operator,
      body: {
        name: "Opera",
        address: "1 Street",
        country: "France",
        openTime: 0,
        closeTime: 24,
        halls: [{ name: "Hall", capacity: 10 }],
      },
    });
    const startDate = Math.floor(Date.now() / 1_000) + 86_400;
    const event = await call("events", "POST /events", {
      token: operator,
      body: {
        name: "Aida",
        startDate,
        endDate: startDate + 3_600,
        location: { id: location.body.id },
        hall: { id: location.body.halls[0].id },
      },
    });
    const booking = await eventually(async () => {
      const answer = await call("bookings", `POST /events/${event.body.id}/bookings`, {
        token: customer,
        body: { seats: 2 },
      });
      expect(answer.status).toBe(201);
      return answer.body;
    }, patiently);

    bookingId = booking.id;
    const ticket = await call("bookings", `GET /bookings/${booking.id}/ticket`, {
      token: customer,
    });

    expect(ticket.status).toBe(200);
    await eventually(async () => {
      const shown = await call("events", `GET /events/${event.body.id}`);
      expect(shown.body.seatsLeft).toBe(8);
    }, patiently);
  });

  test("shows operators all of it, and lets them pause a consumer", async () => {
    const paths = ["streams", "consumers", "outbox", "dead-letters", "lanes"];
    for (const name of installedServices) {
      for (const path of paths) {
        const { status } = await call(name, `GET /ops/v1/${path}`, { token: operator });
        expect([name, path, status]).toEqual([name, path, 200]);
      }
    }
    const messages = await call("orders", "GET /ops/v1/streams/ORDERS/messages", {
      token: operator,
    });
    expect(messages.body.messages.length).toBeGreaterThan(0);
    const acts = { pause: { seconds: 60, reason: "a test" }, resume: { reason: "a test" } };
    for (const [act, body] of Object.entries(acts)) {
      const path = `POST /ops/v1/consumers/orders-service/${act}`;
      const { status } = await call("orders", path, { token: operator, body });
      expect([act, status]).toEqual([act, 200]);
    }
  });

  test("is backed up and restored by the owners' roles and the operator's key, with people and signing keys", async () => {
    await using folder = await temporaryFolder();
    const qb = async (...args: readonly string[]) => {
      const owners = installedServices.map(
        (name) => [`${name.toUpperCase()}_DATABASE_URL`, world.databaseUrl(name, "owner")] as const,
      );
      const { code, error } = await runQb(args, {
        NATS_URL: world.nats.url,
        NATS_NKEY_SEED: world.nats.seedOf("operator"),
        ...Object.fromEntries(owners),
      });
      expect({ code, error }).toEqual({ code: 0, error: "" });
    };
    const backup = join(folder.path, "backup");
    await qb("backup", backup);
    const late = { ...ada, email: "late@example.com" };
    expect((await call("users", "POST /api/register", { body: late })).status).toBe(201);
    await Promise.all(installedServices.map((name) => world.service(name).process.stop()));

    await qb("restore", backup, "--replace", "--lost", join(folder.path, "lost.jsonl"));
    // One by one: each has to be ready within a time that a busy machine may need for one.
    for (const name of installedServices) await world.service(name).process.restart();

    // Passwords are as they were, nobody is there who came after, and what was signed still holds.
    await signedIn(ada);
    const { name: _, ...nobody } = late;
    expect((await call("users", "POST /api/login", { body: nobody })).status).toBe(401);
    const token = { token: customer };
    await eventually(async () => {
      expect((await call("bookings", `GET /bookings/${bookingId}/ticket`, token)).status).toBe(200);
    }, patiently);
    const body = { sku: "burger", quantity: 1 };
    const order = await eventually(async () => {
      const answer = await call("orders", "POST /v1/orders", { ...token, body });
      expect(answer.status).toBe(202);
      return answer.body;
    }, patiently);
    await eventually(async () => {
      const { status } = (await call("orders", `GET /v1/orders/${order.id}`, token)).body;
      expect(status).toBe("CONFIRMED");
    }, patiently);
  });

  test("asks nothing of the broker that its keys are not for", () => {
    expect(world.nats.violations()).toEqual([]);
  });

  test.each(installedServices)(
    "lets %s neither change its tables nor see another's",
    async (name) => {
      const refusedAs = async (url: string, statement: string) => {
        const sql = postgres(url, { max: 1, onnotice: () => undefined });
        try {
          await sql.unsafe(statement);
          return "allowed";
        } catch (error) {
          return error instanceof postgres.PostgresError ? error.code : String(error);
        } finally {
          await sql.end({ timeout: 5 });
        }
      };
      const insufficientPrivilege = "42501";
      const statements = [
        "create table mine (id int)",
        "create schema mine",
        "create role mine",
        "create database mine",
        "alter table outbox add column mine int",
        "create index mine on outbox (id)",
        "create or replace function mine() returns int language sql as 'select 1'",
        "drop table outbox",
        "copy outbox to program 'true'",
        "select pg_read_file('/etc/hosts')",
        // What was done stays written.
        "update audit set actor = 'nobody'",
        "delete from audit",
        "truncate audit",
        "insert into schema_migrations (name, hash) values ('mine', '')",
        "update schema_migrations set hash = ''",
        "delete from schema_migrations",
        "truncate schema_migrations",
      ];
      const own = world.databaseUrl(name);

      expect(await refusedAs(own, "select count(*) from outbox")).toBe("allowed");
      for (const statement of statements)
        expect([statement, await refusedAs(own, statement)]).toEqual([
          statement,
          insufficientPrivilege,
        ]);
      for (const other of installedServices.filter((one) => one !== name)) {
        for (const role of [undefined, "owner"] as const) {
          const url = new URL(world.databaseUrl(name, role));
          url.pathname = `/quickbite_${other}`;
          expect([other, await refusedAs(url.href, "select 1")]).toEqual([
            other,
            insufficientPrivilege,
          ]);
        }
      }
    },
  );

  test("tells no secret, whatever is asked and whatever fails", async () => {
    const wrong = { email: ada.email, password: "not hers" };
    expect((await call("users", "POST /api/login", { body: wrong })).status).toBe(401);
    for (const name of installedServices) {
      const tampered = await call(name, "GET /ops/v1/outbox", { token: `${operator}x` });
      expect(tampered.status).toBe(401);
      expect((await call(name, "GET /ops/v1/outbox", { token: customer })).status).toBe(403);
      await call(name, "GET /nothing/here");
      await call(name, "GET /readyz");
    }
    expect((await call("orders", "POST /v1/orders", { token: customer, body: "{" })).status).toBe(
      400,
    );

    await world.nats.server.stop();
    await eventually(async () => {
      const { body } = await call("orders", "GET /readyz");
      expect(body.status).toBe("degraded");
    }, patiently);
    const order = { token: customer, body: { sku: "burger", quantity: 1 } };
    expect((await call("orders", "POST /v1/orders", order)).status).toBe(202);
    await call("orders", "GET /ops/v1/streams", { token: operator });

    await world.server.stop();
    await eventually(async () => {
      expect((await call("orders", "GET /readyz")).status).toBe(503);
    }, patiently);
    for (const [name, path] of [
      ["orders", "GET /v1/orders/1"],
      ["bookings", "GET /bookings"],
      ["users", "GET /api/me"],
    ] as const)
      expect((await call(name, path, { token: customer })).status).toBeGreaterThanOrEqual(500);

    await world.server.restart();
    await world.nats.server.restart();
    for (const name of installedServices)
      await eventually(async () => {
        expect((await call(name, "GET /readyz")).status).toBe(200);
      }, patiently);

    // Told on purpose, wherever a request is told of: so the search is seen to find it there.
    const planted = crypto.randomUUID();
    for (const name of installedServices)
      await call(name, `GET /planted/${planted}`, { headers: { "x-request-id": planted } });
    const tellsPlanted = ["an answer", "a span", ...installedServices.map(logOf)];
    const places = await eventually(async () => {
      const all = await placesToldIn();
      expect(told(all, new Map([["it", planted]]))).toEqual(
        tellsPlanted.map((place) => `${place} tells it`),
      );
      return all;
    }, patiently);
    for (const text of places.values()) expect(text.length).toBeGreaterThan(100);
    for (const [what, secret] of world.secrets) {
      expect([what, secret.length >= 16]).toEqual([what, true]);
      const telling = new Map([...places].map(([place, text]) => [place, `${text} ${secret}`]));
      expect(told(telling, new Map([[what, secret]]))).toHaveLength(places.size);
    }

    expect(told(places, world.secrets)).toEqual([]);
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "backups-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
