import { describe, expect, test } from "bun:test";
import { keepAccepted } from "../store/signing-keys.ts";
import { ada, partsOf, servedOn, usersWorld } from "../testing/world.ts";

const olga = "olga@example.com";

describe("accounts", () => {
  test("are listed page by page, newest first, and found by their address", async () => {
    await using world = await usersWorld();
    const { token } = await world.signedIn(olga, ["operator"]);
    for (const name of ["a", "b", "c", "d"])
      await world.call("POST", "/api/register", { body: { ...ada, email: `${name}@example.com` } });

    const seen: string[] = [];
    for (let cursor: string | null = "", pages = 0; cursor !== null && pages < 9; pages += 1) {
      const path = `/ops/v1/users?limit=2&cursor=${cursor}`;
      const { body }: Awaited<ReturnType<typeof world.call>> = await world.call("GET", path, {
        token,
      });
      seen.push(...body.users.map(({ email }: { email: string }) => email));
      cursor = body.nextCursor;
    }

    expect(seen).toEqual(["d", "c", "b", "a", "olga"].map((name) => `${name}@example.com`));
    const found = await world.call("GET", "/ops/v1/users?email=B%40EXAMPLE.com", { token });
    expect(found.body.users).toMatchObject([{ email: "b@example.com" }]);
    for (const path of ["?limit=0", "?limit=101", "?cursor=!", "?email=nobody", "?name=a"])
      expect(await world.call("GET", `/ops/v1/users${path}`, { token })).toMatchObject({
        status: 400,
      });
  });

  test("are given roles by an operator, with a record of it", async () => {
    await using world = await usersWorld();
    const { id: actor, token } = await world.signedIn(olga, ["operator"]);
    const { id } = await world.ada();

    const { status, body } = await world.call("POST", `/ops/v1/users/${id}/roles`, {
      token,
      body: { roles: ["organiser", "customer", "organiser"] },
    });

    expect({ status, body }).toMatchObject({
      status: 200,
      body: { id, roles: ["customer", "organiser"] },
    });
    expect(await world.query("select actor, action, target, detail from audit")).toEqual([
      {
        actor,
        action: "set roles",
        target: `user/${id}`,
        detail: { before: "customer", after: "customer organiser" },
      },
    ]);
    const me = await world.call("GET", `/ops/v1/users/${id}`, { token });
    expect(me.body).toEqual(body);
  });

  test("keep one operator, also when two take the role from each other", async () => {
    await using world = await usersWorld();
    const olga = await world.signedIn("olga@example.com", ["operator"]);
    const oleg = await world.signedIn("oleg@example.com", ["operator"]);
    const take = async (token: string, id: string) =>
      (await world.call("POST", `/ops/v1/users/${id}/roles`, { token, body: { roles: [] } }))
        .status;

    const statuses = await Promise.all([take(olga.token, oleg.id), take(oleg.token, olga.id)]);

    // The second has the role no more when its turn comes.
    expect(statuses.toSorted()).toEqual([200, 403]);
    expect(await world.query("select 1 from users where 'operator' = any(roles)")).toHaveLength(1);
  });

  test("keep an operator who would leave none", async () => {
    await using world = await usersWorld();
    const { id, token } = await world.signedIn(olga, ["operator"]);

    expect(
      await world.call("POST", `/ops/v1/users/${id}/roles`, { token, body: { roles: [] } }),
    ).toMatchObject({ status: 409, body: { code: "last_operator" } });
  });

  test("lose all their sessions when an operator ends them", async () => {
    await using world = await usersWorld();
    const { token } = await world.signedIn(olga, ["operator"]);
    const { id, refreshToken } = await world.ada();

    const ended = await world.call("POST", `/ops/v1/users/${id}/end-sessions`, { token });

    expect(ended).toMatchObject({ status: 200, body: { ended: 1 } });
    expect(await world.call("POST", "/api/refresh", { body: { refreshToken } })).toMatchObject({
      status: 401,
    });
  });

  test("that are not there are not found", async () => {
    await using world = await usersWorld();
    const { token } = await world.signedIn(olga, ["operator"]);

    for (const id of ["1", "%00", "019a0000-0000-7000-8000-000000000000"])
      for (const [method, path, body] of [
        ["GET", "", undefined],
        ["POST", "/roles", { roles: [] }],
        ["POST", "/end-sessions", undefined],
      ] as const) {
        const { status } = await world.call(method, `/ops/v1/users/${id}${path}`, { token, body });
        expect(status).toBe(id === "%00" ? 400 : 404);
      }
  });

  test.each(["customer", "organiser", "customer,organiser", "viewer", ""])(
    "are nothing for somebody with the roles %p",
    async (roles) => {
      await using world = await usersWorld();
      const { token, id } = await world.signedIn(olga, roles.split(",").filter(Boolean));
      const before = await world.query("select * from users");

      for (const [method, path, body] of [
        ["GET", "users", undefined],
        ["GET", `users/${id}`, undefined],
        ["POST", `users/${id}/roles`, { roles: ["operator"] }],
        ["POST", `users/${id}/end-sessions`, undefined],
        ["POST", "service-tokens", { service: "orders" }],
        ["POST", "keys/rotate", {}],
      ] as const) {
        const path_ = `/ops/v1/${path}`;
        expect(await world.call(method, path_, { token, body })).toMatchObject({ status: 403 });
        expect(await world.call(method, path_, { body })).toMatchObject({ status: 401 });
      }

      expect(await world.query("select * from users")).toEqual(before);
      expect(await world.query("select 1 from audit")).toEqual([]);
      expect(await world.query("select 1 from signing_keys")).toHaveLength(1);
    },
  );
});

describe("a service token", () => {
  test("names a service, and is good for as long as was asked", async () => {
    await using world = await usersWorld();
    const { token } = await world.signedIn(olga, ["operator"]);

    const { status, body } = await world.call("POST", "/ops/v1/service-tokens", {
      token,
      body: { service: "orders", seconds: 86_400 },
    });

    expect({ status, body }).toMatchObject({ status: 201, body: { expiresIn: 86_400 } });
    const { claims } = partsOf(body.token);
    expect(claims).toMatchObject({ sub: "service/orders", roles: ["service"] });
    expect(claims.exp - claims.iat).toBe(86_400);
    const [entry] = await world.query("select action, target, detail from audit");
    expect(entry).toMatchObject({ action: "mint service token", target: "service/orders" });
    expect(JSON.stringify(entry)).not.toContain(body.token);
  });

  test.each<[unknown, string]>([
    [{}, "service is required"],
    [{ service: "Orders" }, "service must be a name such as orders"],
    [{ service: "a/b" }, "service must be a name such as orders"],
    [{ service: "orders", seconds: 59 }, "seconds must be 60 to 2592000"],
    [{ service: "orders", seconds: 2_592_001 }, "seconds must be 60 to 2592000"],
    [{ service: "orders", seconds: 1.5e9 }, "seconds must be 60 to 2592000"],
    [{ service: "orders", roles: ["operator"] }, "unknown field roles"],
  ])("is not made of %j", async (body, detail) => {
    await using world = await usersWorld();
    const { token } = await world.signedIn(olga, ["operator"]);

    expect(await world.call("POST", "/ops/v1/service-tokens", { token, body })).toMatchObject({
      status: 400,
      body: { detail },
    });
  });
});

describe("keys", () => {
  const kidsOf = (body: { keys: { kid: string }[] }) => body.keys.map(({ kid }) => kid).toSorted();

  test("change without anybody noticing: the new one is known before it signs, the old one lasts", async () => {
    await using world = await usersWorld();
    const { token } = await world.signedIn(olga, ["operator"]);
    const { kid: old } = partsOf(token).header;

    const { status, body } = await world.call("POST", "/ops/v1/keys/rotate", { token });

    expect(status).toBe(200);
    const { body: published } = await world.call("GET", "/.well-known/jwks.json");
    expect(kidsOf(published)).toEqual([old, body.kid].toSorted());
    const before = await world.signedIn("before@example.com");
    expect(partsOf(before.token).header.kid).toBe(old);

    // Two minutes later, through another process.
    await world.query("update signing_keys set signs_from = signs_from - interval '121 s'");
    const later = servedOn(world.settings);
    const after = await later.signedIn("after@example.com");
    expect(partsOf(after.token).header.kid).toBe(body.kid);
    for (const { token } of [before, after])
      expect(await later.call("GET", "/api/me", { token })).toMatchObject({ status: 200 });

    const [{ verifiesUntil }] = body.ending;
    const seconds = (Date.parse(verifiesUntil) - Date.parse(body.signsFrom)) / 1_000;
    expect(seconds).toBe(660);
  });

  test("that are over are neither shown nor taken", async () => {
    await using world = await usersWorld();
    const { token } = await world.signedIn(olga, ["operator"]);
    const { body } = await world.call("POST", "/ops/v1/keys/rotate", { token });
    await world.query(`update signing_keys set signs_from = signs_from - interval '14 min',
      verifies_until = verifies_until - interval '14 min'`);

    const later = servedOn(world.settings);

    const { body: published } = await later.call("GET", "/.well-known/jwks.json");
    expect(kidsOf(published)).toEqual([body.kid]);
    expect(await later.call("GET", "/api/me", { token })).toMatchObject({ status: 401 });
  });

  test("last for as long as the service tokens that they signed", async () => {
    await using world = await usersWorld();
    const { token } = await world.signedIn(olga, ["operator"]);
    const mint = (seconds: number) =>
      world.call("POST", "/ops/v1/service-tokens", { token, body: { service: "orders", seconds } });
    await mint(86_400);

    const { body } = await world.call("POST", "/ops/v1/keys/rotate", { token });
    // Until the new one signs, the old one does, and is kept for what it signs then.
    const late = await mint(172_800);

    const days = (Date.parse(body.ending[0].verifiesUntil) - Date.now()) / 86_400_000;
    expect(days).toBeWithin(0.99, 1.01);
    expect(late.status).toBe(201);
    expect(
      await world.query(`select 1 from signing_keys where verifies_until
        between now() + interval '47 hours' and now() + interval '48 hours'`),
    ).toHaveLength(1);
  });

  test("that somebody may have stolen end at once, with what they signed", async () => {
    await using world = await usersWorld();
    const { token } = await world.signedIn(olga, ["operator"]);

    const { body } = await world.call("POST", "/ops/v1/keys/rotate", {
      token,
      body: { compromised: true },
    });

    const later = servedOn(world.settings);
    expect(kidsOf((await later.call("GET", "/.well-known/jwks.json")).body)).toEqual([body.kid]);
    expect(await later.call("GET", "/api/me", { token })).toMatchObject({ status: 401 });
    const { body: again } = await world.call("POST", "/api/login", {
      body: { email: olga, password: ada.password },
    });
    expect(partsOf(again.token).header.kid).toBe(body.kid);
  });

  test("that were given up are not taken back by a token that was begun before", async () => {
    await using world = await usersWorld();
    const { token } = await world.signedIn(olga, ["operator"]);
    const { kid } = partsOf(token).header;

    const isKept = await world.pool.transaction(async (tx) => {
      await tx.q.execute("select now()");
      await world.call("POST", "/ops/v1/keys/rotate", { token, body: { compromised: true } });
      return keepAccepted(tx, kid, 3_600);
    });

    expect(isKept).toBe(false);
    const { body } = await world.call("GET", "/.well-known/jwks.json");
    expect(kidsOf(body)).not.toContain(kid);
  });

  test("that somebody may have stolen buy nothing that lasts, also where they are not forgotten yet", async () => {
    await using world = await usersWorld();
    const { id, token } = await world.signedIn(olga, ["operator"]);
    const other = servedOn(world.settings);
    const act = (path: string, body: unknown) =>
      other.call("POST", `/ops/v1/${path}`, { token, body });
    expect(await other.call("GET", "/ops/v1/users", { token })).toMatchObject({ status: 200 });

    await world.call("POST", "/ops/v1/keys/rotate", { token, body: { compromised: true } });

    // This process keeps the keys that it read for a minute.
    expect(await other.call("GET", "/ops/v1/users", { token })).toMatchObject({ status: 200 });
    for (const [path, body] of [
      ["service-tokens", { service: "orders" }],
      [`users/${id}/roles`, { roles: ["operator", "organiser"] }],
      [`users/${id}/end-sessions`, {}],
      ["keys/rotate", {}],
    ] as const)
      expect(await act(path, body)).toMatchObject({
        status: 401,
        body: { detail: "invalid token" },
      });
    expect(await world.query("select action from audit")).toEqual([{ action: "rotate keys" }]);
    expect(
      await world.query("select 1 from signing_keys where verifies_until is null"),
    ).toHaveLength(1);
  });

  test("are shown without their private halves, and kept sealed", async () => {
    await using world = await usersWorld();

    const { body, headers } = await world.call("GET", "/.well-known/jwks.json");

    expect(body.keys.map(Object.keys)).toEqual([["kty", "crv", "x", "kid", "use", "alg"]]);
    expect(headers.get("cache-control")).toBe("public, max-age=60");
    const [row] = await world.query("select sealed_private_key as sealed, kid from signing_keys");
    const { seal } = world.settings;
    const sealed = Buffer.from(row?.sealed as Uint8Array);
    expect(sealed.includes(Buffer.from(seal.open(sealed, String(row?.kid))))).toBe(false);
  });
});
