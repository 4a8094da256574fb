import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { temporaryBroker } from "@app/platform/testing/nats.ts";
import { type RunningService, startService } from "@app/platform/testing/service.ts";
import { runQb } from "./qb.ts";

setDefaultTimeout(120_000);

const opened = new AsyncDisposableStack();
let users: RunningService;
let token: string;
const qb = (...args: readonly string[]) =>
  runQb(args, { USERS_URL: users.url, QB_TOKEN: token, QB_PASSWORD: "demo1234" });

beforeAll(async () => {
  const database = opened.use(await temporaryDatabase("users"));
  const broker = opened.use(await temporaryBroker());
  const settings = {
    DATABASE_URL: database.url,
    NATS_URL: broker.url,
    AUTH: "required",
    DEMO: "on",
    SIGNING_KEY_SECRET: "a secret of this test, long enough",
  };
  users = opened.use(await startService("users", settings));
  token = "";
  token = (await qb("user", "login", "operator@demo.test")).out.trim();
});
afterAll(() => opened.disposeAsync());

describe("qb user", () => {
  test("signs in, and says why it cannot", async () => {
    const again = await qb("user", "login", "operator@demo.test", "--json");
    expect(again.json()).toEqual({ token: expect.stringMatching(/^eyJ/), expiresIn: 600 });

    const refused = await qb("user", "login", "nobody@demo.test");
    expect({ code: refused.code, out: refused.out }).toEqual({ code: 4, out: "" });
    expect(refused.error).toContain("wrong email or password");
  });

  test("lists accounts, and finds one by its address", async () => {
    const all = await qb("user", "ls");
    expect(all.code).toBe(0);
    for (const who of ["customer", "organiser", "operator", "viewer"])
      expect(all.out).toContain(`${who}@demo.test`);

    const one = await qb("user", "ls", "--email", "CUSTOMER@demo.test", "--json");
    expect(one.json()).toMatchObject({ users: [{ roles: ["customer"] }], nextCursor: null });
  });

  test("gives and takes roles, and only says so when asked", async () => {
    const who = "customer@demo.test";
    const roles = async () =>
      ((await qb("user", "role", who, "--json")).json() as { roles: string[] }).roles;

    const would = await qb("user", "role", who, "--add", "organiser", "--dry-run");
    expect(would.out).toContain("customer and organiser instead of customer");
    expect(await roles()).toEqual(["customer"]);

    expect((await qb("user", "role", who, "--add", "organiser", "viewer", "operator")).code).toBe(
      0,
    );
    expect(await roles()).toEqual(["customer", "operator", "organiser", "viewer"]);
    const taken = ["operator", "organiser", "viewer"];
    expect((await qb("user", "role", who, "--remove", ...taken)).code).toBe(0);
    expect(await roles()).toEqual(["customer"]);

    const unknown = await qb("user", "role", who, "--add", "king");
    expect([unknown.code, unknown.error]).toEqual([4, expect.stringContaining("roles must be")]);
    const nobody = await qb("user", "role", "nobody@demo.test");
    expect([nobody.code, nobody.error]).toEqual([4, expect.stringContaining("no account")]);
  });

  test("makes tokens for services, of a life that is asked for", async () => {
    const made = await qb("user", "token", "--service", "orders", "--for", "12h", "--json");
    expect(made.json()).toEqual({ token: expect.stringMatching(/^eyJ/), expiresIn: 43_200 });

    for (const time of ["0m", "31d", "1y", "59"])
      expect((await qb("user", "token", "--service", "orders", "--for", time)).code).toBe(2);
  });

  test("ends sessions, and changes keys", async () => {
    const ended = await qb("user", "end-sessions", "operator@demo.test", "--json");
    expect(ended.json()).toMatchObject({ email: "operator@demo.test", ended: expect.any(Number) });

    const rotated = await qb("keys", "rotate");
    expect(rotated.out).toMatch(/Made the key \S+; it signs from .+\nThe key \S+ ends at /);
    const keys = await (await fetch(`${users.url}/.well-known/jwks.json`)).json();
    expect(keys).toMatchObject({ keys: [{ crv: "Ed25519" }, { crv: "Ed25519" }] });
  });

  test("is nothing without an operator's token", async () => {
    const { code, error } = await runQb(["user", "ls"], {
      USERS_URL: users.url,
      QB_TOKEN: "nonsense",
    });

    expect(code).toBe(4);
    expect(error).toContain("QB_TOKEN");
  });
});
