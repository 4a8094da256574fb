import { describe, expect, test } from "bun:test";
import { ada, partsOf, usersWorld } from "../testing/world.ts";

describe("registering", () => {
  test("makes a customer, and announces it with the account", async () => {
    await using world = await usersWorld();

    const made = await world.call("POST", "/api/register", { body: { ...ada, name: " Ada " } });

    expect(made).toMatchObject({
      status: 201,
      body: { name: "Ada", email: ada.email, roles: ["customer"] },
    });
    expect(Object.keys(made.body).toSorted()).toEqual(
      ["id", "name", "email", "roles", "createdAt", "updatedAt"].toSorted(),
    );
    expect(made.headers.get("location")).toBe("/api/me");
    expect(await world.query("select key, version, subject from outbox")).toEqual([
      {
        key: `user/${made.body.id}`,
        version: "1",
        subject: `users.v1.user_registered.${made.body.id}`,
      },
    ]);
  });

  test.each([
    "ada@example.com",
    "ADA@Example.COM",
    " ada@example.com ",
    "ａda@example.com",
    "ada@example.com",
  ])("refuses an address that has an account, written as %s", async (email) => {
    await using world = await usersWorld();
    await world.call("POST", "/api/register", { body: ada });

    const again = await world.call("POST", "/api/register", { body: { ...ada, email } });

    expect(again).toMatchObject({
      status: 409,
      body: { detail: "email is registered already", code: "email_taken" },
    });
    expect(await world.query("select count(*)::int as n from outbox")).toEqual([{ n: 1 }]);
  });

  test("gives one account to ten who ask at once", async () => {
    await using world = await usersWorld();

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => world.call("POST", "/api/register", { body: ada })),
    );

    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(9).fill(409)]);
    expect(await world.query("select count(*)::int as n from users")).toEqual([{ n: 1 }]);
  });

  const wrong: readonly (readonly [unknown, string])[] = [
    [undefined, "invalid json"],
    ["{", "invalid json"],
    [[], "invalid json"],
    [{}, "name is required"],
    [{ ...ada, name: null }, "name is required"],
    [{ ...ada, name: "  " }, "name is required"],
    [{ ...ada, name: 5 }, "name must be a string"],
    [{ ...ada, email: undefined }, "email is required"],
    [{ ...ada, email: [] }, "email must be a string"],
    [{ ...ada, password: undefined }, "password is required"],
    [{ ...ada, password: "" }, "password is required"],
    [{ ...ada, password: 12_345_678 }, "password must be a string"],
    [{ ...ada, name: "x".repeat(129) }, "name is too long"],
    [{ ...ada, name: "a\0" }, "name must not contain NUL"],
    [{ ...ada, email: "ada" }, "email must be an address such as ada@example.com"],
    [{ ...ada, email: "ada@localhost" }, "email must be an address such as ada@example.com"],
    [{ ...ada, password: "seven77" }, "password must have 8 to 200 characters"],
    [{ ...ada, password: "x".repeat(201) }, "password must have 8 to 200 characters"],
    [{ ...ada, password: "eight888\0" }, "password must not contain NUL"],
    [{ ...ada, roles: ["operator"] }, "unknown field roles"],
    [{ ...ada, id: "1" }, "unknown field id"],
  ];

  test("answers what is wrong with its one text, and does no work for it", async () => {
    await using world = await usersWorld();

    for (const [body, detail] of wrong)
      expect(await world.call("POST", "/api/register", { body })).toMatchObject({
        status: 400,
        body: { detail },
      });
    expect(world.work.hashes).toBe(0);
    expect(await world.query("select 1 from users")).toEqual([]);
  });
});

describe("signing in", () => {
  test("gives a token that says who it is, and a token to refresh it with", async () => {
    await using world = await usersWorld();
    const { body: user } = await world.call("POST", "/api/register", { body: ada });

    const { status, body, headers } = await world.call("POST", "/api/login", {
      body: { email: "ADA@example.com", password: ada.password },
    });

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        message: "success",
        token: expect.any(String),
        expiresIn: 600,
        refreshToken: expect.stringMatching(/^qbr_[\w-]{86}$/),
      },
    });
    expect(headers.get("set-cookie")).toBeNull();
    const { body: keySet } = await world.call("GET", "/.well-known/jwks.json");
    const { header, claims } = partsOf(body.token);
    expect(header).toEqual({
      alg: "EdDSA",
      typ: "JWT",
      kid: keySet.keys[0].kid,
    });
    expect(claims).toMatchObject({
      iss: "quickbite",
      aud: "quickbite",
      sub: user.id,
      roles: ["customer"],
    });
    expect(Number(claims.exp) - Number(claims.nbf)).toBe(600);
  });

  test("tells nobody whether an address has an account: same text, same work", async () => {
    await using world = await usersWorld();
    await world.call("POST", "/api/register", { body: ada });
    const attempt = async (email: string) => {
      const { verifies, hashes } = world.work;
      const answer = await world.call("POST", "/api/login", {
        body: { email, password: "wrong horse" },
      });
      const { traceId: _, ...body } = answer.body;
      const done = { verifies: world.work.verifies - verifies, hashes: world.work.hashes - hashes };
      return { status: answer.status, headers: [...answer.headers], body, done };
    };

    const known = await attempt(ada.email);

    expect(known).toMatchObject({
      status: 401,
      body: { detail: "wrong email or password", code: "wrong_credentials" },
      done: { verifies: 1, hashes: 0 },
    });
    for (const email of ["nobody@example.com", "no address", "x".repeat(900)])
      expect(await attempt(email)).toEqual(known);
  });

  const wrong: readonly (readonly [unknown, string])[] = [
    [{}, "email is required"],
    [{ email: ada.email }, "password is required"],
    [{ email: 5, password: ada.password }, "email must be a string"],
    [{ email: ada.email, password: "x".repeat(201) }, "password is too long"],
    [{ email: "x".repeat(1_001), password: ada.password }, "email is too long"],
    [{ email: ada.email, password: ada.password, remember: true }, "unknown field remember"],
  ];

  test("answers what is wrong with its one text", async () => {
    await using world = await usersWorld();

    for (const [body, detail] of wrong)
      expect(await world.call("POST", "/api/login", { body })).toMatchObject({
        status: 400,
        body: { detail },
      });
    expect(world.work.verifies).toBe(0);
  });

  test("refuses an account that had its share of failures, whoever asks, and then nobody's too", async () => {
    await using world = await usersWorld({
      limits: { failuresPerAccount: 3, failuresPerAddress: 100, registrationsPerAddress: 100 },
    });
    await world.call("POST", "/api/register", { body: ada });
    const attempt = (email: string, password: string, address: string) =>
      world.call("POST", "/api/login", { body: { email, password }, address });

    for (const email of [ada.email, "nobody@example.com"]) {
      for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
        expect(await attempt(email, "wrong horse", address)).toMatchObject({ status: 401 });

      const refused = await attempt(email, ada.password, "192.0.2.4");
      expect(refused).toMatchObject({ status: 429, body: { detail: "too many attempts" } });
      expect(Number(refused.headers.get("retry-after"))).toBeWithin(200, 301);
    }
    expect(world.work.verifies).toBe(6);
  });

  test("begins to count anew after a success, and when the time is over", async () => {
    await using world = await usersWorld({
      limits: { failuresPerAccount: 2, failuresPerAddress: 100, registrationsPerAddress: 100 },
    });
    await world.call("POST", "/api/register", { body: ada });
    const attempt = async (password: string) => {
      const body = { email: ada.email, password };
      return (await world.call("POST", "/api/login", { body })).status;
    };

    expect(await attempt("wrong horse")).toBe(401);
    expect(await attempt(ada.password)).toBe(200);
    expect(await attempt("wrong horse")).toBe(401);
    expect(await attempt("wrong horse")).toBe(401);
    expect(await attempt(ada.password)).toBe(429);
    await world.query("update sign_in_attempts set expires_at = now() - interval '1 s'");
    expect(await attempt(ada.password)).toBe(200);
  });

  test("refuses a network address that had its share, over all accounts, and no other", async () => {
    await using world = await usersWorld({
      limits: { failuresPerAccount: 100, failuresPerAddress: 3, registrationsPerAddress: 100 },
    });
    await world.call("POST", "/api/register", { body: ada });
    const attempt = async (email: string, address: string) => {
      const body = { email, password: ada.password };
      return (await world.call("POST", "/api/login", { body, address })).status;
    };

    for (const nobody of [1, 2, 3])
      expect(await attempt(`n${nobody}@example.com`, `2001:db8::${nobody}`)).toBe(401);

    expect(await attempt(ada.email, "2001:db8:0:0:ffff::1")).toBe(429);
    expect(await attempt(ada.email, "2001:db8:0:1::1")).toBe(200);
  });

  test("takes registrations of one network address up to its share", async () => {
    await using world = await usersWorld({
      limits: { failuresPerAccount: 10, failuresPerAddress: 10, registrationsPerAddress: 2 },
    });
    const attempt = async (email: string, address = "192.0.2.1") =>
      (await world.call("POST", "/api/register", { body: { ...ada, email }, address })).status;

    expect(await attempt("a@example.com")).toBe(201);
    expect(await attempt("a@example.com")).toBe(409);
    expect(await attempt("b@example.com")).toBe(429);
    expect(await attempt("b@example.com", "192.0.2.2")).toBe(201);
  });

  test("stays within two hashes at once when a hundred come, and refuses whom it cannot seat", async () => {
    await using world = await usersWorld({
      limits: { failuresPerAccount: 1_000, failuresPerAddress: 1_000, registrationsPerAddress: 9 },
      passwordLimits: { workersMax: 2, waitingMax: 20 },
    });
    await world.call("POST", "/api/register", { body: ada });

    const answers = await Promise.all(
      Array.from({ length: 100 }, () => world.call("POST", "/api/login", { body: signInAsAda })),
    );

    const statuses = new Set(answers.map(({ status }) => status));
    expect(world.work.atOnceMax).toBeLessThanOrEqual(2);
    expect([...statuses].toSorted().filter((status) => status !== 503)).toEqual([200]);
    for (const { status, headers } of answers)
      expect(headers.get("retry-after")).toBe(status === 503 ? "1" : null);
    // Whoever was not judged has not failed: what is left are the registration, and who signed in.
    const signedIn = answers.filter(({ status }) => status === 200).length;
    expect(await world.query("select sum(count)::int as n from sign_in_attempts")).toEqual([
      { n: 1 + signedIn },
    ]);
  });
});

const signInAsAda = { email: ada.email, password: ada.password };

describe("one's own account", () => {
  test("is shown to whoever holds its token", async () => {
    await using world = await usersWorld();
    const { id, token } = await world.ada();

    expect(await world.call("GET", "/api/me", { token })).toMatchObject({
      status: 200,
      body: { id, name: "Ada", email: ada.email, roles: ["customer"] },
    });
    expect(await world.call("GET", "/api/me")).toMatchObject({ status: 401 });
    expect(await world.call("GET", "/api/me", { token: "nonsense" })).toMatchObject({
      status: 401,
    });
  });

  test("is changed in what is said, and in nothing else", async () => {
    await using world = await usersWorld();
    const { token } = await world.ada();

    const changed = await world.call("PATCH", "/api/me", { token, body: { name: " Lovelace " } });

    expect(changed).toMatchObject({ status: 200, body: { name: "Lovelace", email: ada.email } });
    for (const [body, detail] of [
      [{ name: null }, "name is required"],
      [{ name: "" }, "name is required"],
      [{ roles: ["operator"] }, "unknown field roles"],
      [{ email: "b@example.com" }, "unknown field email"],
      [{ password: "new horse battery" }, "currentPassword is required"],
      [{ currentPassword: ada.password }, "password is required"],
      [{ password: "short", currentPassword: "x" }, "password must have 8 to 200 characters"],
    ] as const)
      expect(await world.call("PATCH", "/api/me", { token, body })).toMatchObject({
        status: 400,
        body: { detail },
      });
    expect((await world.call("PATCH", "/api/me", { token, body: {} })).body).toEqual(changed.body);
    expect((await world.call("GET", "/api/me", { token })).body).toEqual(changed.body);
  });

  test("gets a new password from whoever knows the old one, and every session ends", async () => {
    await using world = await usersWorld();
    const { token, refreshToken } = await world.ada();
    const body = { password: "new horse battery", currentPassword: ada.password };

    const wrong = await world.call("PATCH", "/api/me", {
      token,
      body: { ...body, currentPassword: "wrong horse" },
    });
    const changed = await world.call("PATCH", "/api/me", { token, body });

    expect(wrong).toMatchObject({ status: 403, body: { detail: "currentPassword is wrong" } });
    expect(changed.status).toBe(200);
    const signIn = (password: string) =>
      world.call("POST", "/api/login", { body: { email: ada.email, password } });
    expect(await signIn(ada.password)).toMatchObject({ status: 401 });
    expect(await signIn(body.password)).toMatchObject({ status: 200 });
    expect(await world.call("POST", "/api/refresh", { body: { refreshToken } })).toMatchObject({
      status: 401,
    });
  });

  test("lets nobody guess the password by a token", async () => {
    await using world = await usersWorld({
      limits: { failuresPerAccount: 2, failuresPerAddress: 100, registrationsPerAddress: 100 },
    });
    const { token } = await world.ada();
    const guess = async (currentPassword: string) => {
      const body = { password: "new horse battery", currentPassword };
      return (await world.call("PATCH", "/api/me", { token, body })).status;
    };

    expect([await guess("wrong one"), await guess("wrong two")]).toEqual([403, 403]);
    expect(await guess(ada.password)).toBe(429);
  });

  test("is nothing that a service has", async () => {
    await using world = await usersWorld();
    const operator = await world.signedIn("olga@example.com", ["operator"]);
    const { body } = await world.call("POST", "/ops/v1/service-tokens", {
      token: operator.token,
      body: { service: "orders" },
    });

    expect(await world.call("GET", "/api/me", { token: body.token })).toMatchObject({
      status: 404,
    });
  });
});
