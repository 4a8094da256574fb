import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Caller, Role } from "@app/platform/auth.ts";
import { type AccessRule, accessRules } from "@app/platform/auth-rules.ts";
import { commonAccess } from "@app/platform/common-access.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { type LogLine, startService } from "@app/platform/testing/service.ts";
import { type TokenIssuer, tokenIssuer } from "@app/platform/testing/token-issuer.ts";
import { SESSION_COOKIE } from "@app/platform/token-claims.ts";
import postgres from "postgres";
import { callsOf, type GuardedCall } from "./auth-calls.ts";
import { guardedServices } from "./auth-services.ts";
import { misspeltRoutes } from "./auth-spellings.ts";
import { stateOf } from "./database-state.ts";
import { callsIn, faultsIn, routesIn } from "./described-calls.ts";

// Two processes of each service, and every call of each some twenty times.
setDefaultTimeout(240_000);

const modes = ["required", "optional"] as const;
type Mode = (typeof modes)[number];
const names = Object.keys(guardedServices);
const everyRole = ["customer", "organiser", "operator", "service", "viewer"] as const;

/** One service in both modes, on one database. */
interface Guarded {
  readonly sql: postgres.Sql;
  readonly calls: Readonly<Record<Mode, readonly GuardedCall[]>>;
  /** Where guests are let in nowhere. */
  readonly url: string;
  /** What both processes have logged so far. */
  logs(): readonly LogLine[];
}

let issuer: TokenIssuer;
let badTokens: Awaited<ReturnType<TokenIssuer["badTokens"]>>;
beforeAll(async () => {
  issuer = await tokenIssuer();
  badTokens = await issuer.badTokens({ subject: "mallory", roles: everyRole });
});
afterAll(() => issuer[Symbol.asyncDispose]());

/** Starts a service in both modes, with an empty database and a broker of its own. */
async function open(name: string, opened: AsyncDisposableStack): Promise<Guarded> {
  const service = serviceNamed(name);
  const database = opened.use(await temporaryDatabase(name));
  const broker = opened.use(await temporaryBroker());
  const sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  opened.defer(() => sql.end({ timeout: 1 }));
  const start = async (AUTH: Mode) => {
    const where = { DATABASE_URL: database.url, NATS_URL: broker.url, JWKS_URL: issuer.url };
    const running = opened.use(await startService(name, { ...service.settings, ...where, AUTH }));
    // A test that is over has nothing in flight that is worth a drain.
    opened.defer(() => running.process.kill());
    return { running, calls: callsOf(service, running) };
  };
  const [required, optional] = [await start("required"), await start("optional")];
  const calls = { required: required.calls, optional: optional.calls };
  const processes = [required.running, optional.running];
  const logs = () => processes.flatMap((running) => running.logs());
  return { sql, calls, url: required.running.url, logs };
}

function serviceNamed(name: string) {
  const service = guardedServices[name];
  if (service === undefined) throw new Error(`auth-services.ts does not know ${name}`);
  return service;
}

/** Makes every call with each of the credentials, and gives what came that was not expected. */
async function surprises(
  { calls, sql }: Guarded,
  credentials: Readonly<Record<string, Readonly<Record<string, string>>>>,
  expected: (rule: AccessRule, mode: Mode, credential: string) => string,
): Promise<readonly string[]> {
  const found: string[] = [];
  const before = await stateOf(sql);
  for (const mode of modes) {
    for (const { name: call, rule, statusFor } of calls[mode]) {
      const guest = rule === "public" ? await statusFor({}) : 0;
      for (const [credential, headers] of Object.entries(credentials)) {
        const status = await statusFor(headers);
        const told = [401, 403].includes(status) && status !== guest ? String(status) : "in";
        const wanted = expected(rule, mode, credential);
        if (told !== wanted) found.push(`${mode}: ${call} ${credential}: ${told}, not ${wanted}`);
      }
    }
  }
  if ((await stateOf(sql)) !== before) found.push("the database has changed");
  return found;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const tokenFor = (roles: readonly Role[]): Promise<string> =>
  issuer.token({ subject: "mallory", roles } satisfies Caller);

describe.each(names)("every call of %s", (name) => {
  // One service at a time: each is two processes, a database and a broker.
  const opened = new AsyncDisposableStack();
  let guarded: Guarded;
  beforeAll(async () => {
    guarded = await open(name, opened);
  });
  afterAll(() => opened.disposeAsync());

  test("is refused to a guest by 401, but for what guests may do", async () => {
    const found = await surprises(guarded, { "without token": {} }, (rule, mode) =>
      rule === "public" || (mode === "optional" && ["user", "service"].includes(rule))
        ? "in"
        : "401",
    );

    expect(found).toEqual([]);
  });

  test("is refused by 401 to a token that does not hold, also where guests are let in", async () => {
    const credentials = Object.fromEntries(
      Object.entries(badTokens).map(([what, token]) => [what, bearer(token)]),
    );
    const other = {
      "with another scheme": { authorization: `Basic ${btoa("mallory:secret")}` },
      "in a cookie": {
        cookie: `${SESSION_COOKIE}=${badTokens["signed with another key"]}`,
        "sec-fetch-site": "same-origin",
      },
    };

    const found = await surprises(guarded, { ...credentials, ...other }, (rule) =>
      rule === "public" ? "in" : "401",
    );

    expect(found).toEqual([]);
  });

  test("is refused by 403 to whoever has not the role", async () => {
    const tokens = Object.fromEntries(
      await Promise.all(
        everyRole.map(async (role) => [role, bearer(await tokenFor([role]))] as const),
      ),
    );
    const without = { "no role": bearer(await tokenFor([])) };
    const lacking = { ...tokens, ...without };

    // Who has the role would be let in, and might change something.
    for (const [role, headers] of Object.entries(lacking)) {
      const found = await surprisesOfRefused(guarded, role, headers);
      expect(found).toEqual([]);
    }
  });

  test("is answered to a viewer where it shows how things are", async () => {
    const headers = bearer(await tokenFor(["viewer"]));
    const { calls, sql } = guarded;
    const before = await stateOf(sql);

    const shown = [...calls.required, ...calls.optional].filter(({ rule }) => rule === "viewer");
    for (const call of shown) {
      const status = await call.statusFor(headers);
      expect({ call: call.name, refused: [401, 403].includes(status) }).toEqual({
        call: call.name,
        refused: false,
      });
    }

    expect(shown.length).toBeGreaterThan(2 * 15);
    expect(await stateOf(sql)).toBe(before);
  });

  test("is refused by 403 to a page of another site that uses a session", async () => {
    const cookie = `${SESSION_COOKIE}=${await tokenFor(everyRole)}`;
    const { calls, sql } = guarded;
    const before = await stateOf(sql);
    const isUnsafe = ({ name, rule }: GuardedCall) => rule !== "public" && !name.startsWith("GET ");

    for (const call of [...calls.required, ...calls.optional].filter(isUnsafe)) {
      const status = await call.statusFor({ cookie, "sec-fetch-site": "cross-site" });
      expect({ call: call.name, status }).toEqual({ call: call.name, status: 403 });
    }

    expect(await stateOf(sql)).toBe(before);
  });

  test("is made in no other way to write its path", async () => {
    const { sql, url } = guarded;
    const { access, params } = serviceNamed(name);
    const before = await stateOf(sql);
    const routes = misspeltRoutes({ access: { ...access, ...commonAccess }, params });

    const found = await Promise.all(
      routes.map(async ({ method, path }) => {
        const { status } = await fetch(`${url}${path}`, { method });
        return { call: `${method} ${path}`, status };
      }),
    );

    expect(found.filter(({ status }) => ![401, 404, 405].includes(status))).toEqual([]);
    expect(found.length).toBeGreaterThan(Object.keys(commonAccess).length);
    expect(await stateOf(sql)).toBe(before);
  });

  test("is described in the document that the service shows everybody", async () => {
    const [api, messages] = await Promise.all(
      ["openapi", "asyncapi"].map(async (document) => {
        const answer = await fetch(`${guarded.url}/${document}.json`);
        return (await answer.json()) as unknown;
      }),
    );

    const { access } = serviceNamed(name);
    const routes = routesIn({ ...access, ...commonAccess });
    expect(callsIn(api).toSorted()).toEqual(routes.toSorted());
    expect(faultsIn(api)).toEqual([]);
    expect(messages).toMatchObject({ asyncapi: "3.0.0" });
    expect(JSON.stringify(messages)).toContain(`"${name}.send.`);
  });

  // After the others, whose tokens are looked for.
  test("leaves no credential in the log", () => {
    const log = JSON.stringify(guarded.logs());

    const secrets = Object.values(badTokens).map((token) => token.split(".")[2] || token);
    expect(log).toContain("/ops/v1/lanes");
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  });
});

/** The calls whose rule wants another role than this one, which is all that the caller has. */
async function surprisesOfRefused(
  { calls, sql }: Guarded,
  role: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const before = await stateOf(sql);
  const found: string[] = [];
  for (const { name: call, rule, statusFor } of [...calls.required, ...calls.optional]) {
    const wanted = rule === "public" ? undefined : accessRules[rule].roles;
    if (wanted === undefined || wanted.some((enough) => enough === role)) continue;
    const status = await statusFor(headers);
    if (status !== 403) found.push(`${call} as ${role}: ${status}`);
  }
  if ((await stateOf(sql)) !== before) found.push("the database has changed");
  return found;
}

test("an issuer is asked seldom, whatever tokens are sent", () => {
  // Thousands of tokens with unknown keys; each process asks every ten seconds at most.
  expect(issuer.asked()).toBeGreaterThan(0);
  expect(issuer.asked()).toBeLessThan(1_000);
});
