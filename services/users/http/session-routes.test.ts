import { describe, expect, test } from "bun:test";
import { eventually } from "@app/platform/testing/eventually.ts";
import { ada, servedOn, type UsersWorld, usersWorld } from "../testing/world.ts";

const refresh = (world: Pick<UsersWorld, "call">, refreshToken: string) =>
  world.call("POST", "/api/refresh", { body: { refreshToken } });

/** As if that much time had passed since the last refresh. */
const age = (world: UsersWorld, seconds: number) =>
  world.query(`update sessions set rotated_at = rotated_at - interval '${seconds} s'`);

describe("a refresh token", () => {
  test("gives new tokens, and is followed by another", async () => {
    await using world = await usersWorld();
    const { id, refreshToken } = await world.ada();

    const first = await refresh(world, refreshToken);
    const second = await refresh(world, first.body.refreshToken);

    expect(first).toMatchObject({ status: 200, body: { message: "success", expiresIn: 600 } });
    expect(second.status).toBe(200);
    const tokens = [refreshToken, first.body.refreshToken, second.body.refreshToken];
    expect(new Set(tokens).size).toBe(3);
    const { token } = second.body;
    expect((await world.call("GET", "/api/me", { token })).body.id).toBe(id);
  });

  test("gives the same successor to all who ask within ten seconds, through any replica", async () => {
    await using world = await usersWorld();
    const other = servedOn(world.settings);
    const { refreshToken } = await world.ada();

    const answers = await Promise.all(
      [world, other, world, other, world].map((replica) => refresh(replica, refreshToken)),
    );
    // However slow the machine is, this one comes in time; when time is over is `judgeRefresh`'s to say.
    await age(world, -60);
    answers.push(await refresh(other, refreshToken));

    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const [successor, ...more] = new Set(answers.map(({ body }) => body.refreshToken));
    expect(more).toEqual([]);
    expect((await refresh(world, String(successor))).status).toBe(200);
  });

  test("that is used again later ends the session for everybody", async () => {
    await using world = await usersWorld();
    const { id, refreshToken } = await world.ada();
    const { body: newest } = await refresh(world, refreshToken);
    await age(world, 11);

    const reused = await refresh(world, refreshToken);

    expect(reused).toMatchObject({ status: 401, body: { detail: "invalid refresh token" } });
    expect(await refresh(world, newest.refreshToken)).toMatchObject({ status: 401 });
    expect(await world.query("select revoked_because from sessions")).toEqual([
      { revoked_because: "token reused" },
    ]);
    const [told, ...more] = world.lines.filter(({ level }) => level === "warn");
    expect(told).toMatchObject({ userId: id });
    expect(more).toEqual([]);
  });

  test("of long ago ends the session too, although only two hashes are kept", async () => {
    await using world = await usersWorld();
    const { refreshToken: oldest } = await world.ada();
    let newest = oldest;
    for (let turn = 0; turn < 5; turn += 1)
      newest = (await refresh(world, newest)).body.refreshToken;

    expect((await refresh(world, oldest)).status).toBe(401);

    expect((await refresh(world, newest)).status).toBe(401);
  });

  test("ends only its own session", async () => {
    await using world = await usersWorld();
    const { refreshToken } = await world.ada();
    const { body: elsewhere } = await world.call("POST", "/api/login", {
      body: { email: ada.email, password: ada.password },
    });
    await refresh(world, refreshToken);
    await age(world, 11);

    await refresh(world, refreshToken);

    expect((await refresh(world, elsewhere.refreshToken)).status).toBe(200);
  });

  test("that nobody gave out changes nothing", async () => {
    await using world = await usersWorld();
    const { refreshToken } = await world.ada();
    const bytes = Buffer.from(refreshToken.slice(4), "base64url");
    const forged = [16, 40, 63].map((at) => {
      const other = Buffer.from(bytes);
      other.writeUInt8(other.readUInt8(at) ^ 1, at);
      return `qbr_${other.toString("base64url")}`;
    });

    for (const token of ["", "nonsense", "qbr_", `qbr_${"A".repeat(86)}`, ...forged])
      expect(await refresh(world, token)).toMatchObject({
        status: 401,
        body: { detail: "invalid refresh token" },
      });

    expect((await refresh(world, refreshToken)).status).toBe(200);
  });

  test("is over with its session", async () => {
    await using world = await usersWorld();
    const { refreshToken } = await world.ada();
    await world.query("update sessions set expires_at = now() - interval '1 s'");

    expect((await refresh(world, refreshToken)).status).toBe(401);
  });

  test("brings the roles as they are by then", async () => {
    await using world = await usersWorld();
    const { refreshToken } = await world.ada();
    await world.query("update users set roles = '{customer,organiser}'");

    const { body } = await refresh(world, refreshToken);

    const claims = JSON.parse(
      Buffer.from(String(body.token).split(".")[1] ?? "", "base64url").toString(),
    );
    expect(claims.roles).toEqual(["customer", "organiser"]);
  });

  test("is read strictly", async () => {
    await using world = await usersWorld();

    for (const [body, detail] of [
      [{ refreshToken: 5 }, "refreshToken must be a string"],
      [{ refreshToken: "x".repeat(501) }, "refreshToken is too long"],
      [{ token: "x" }, "unknown field token"],
      ["{", "invalid json"],
    ] as const)
      expect(await world.call("POST", "/api/refresh", { body })).toMatchObject({
        status: 400,
        body: { detail },
      });
    expect(await world.call("POST", "/api/refresh")).toMatchObject({ status: 401 });
  });

  test("is stored nowhere", async () => {
    await using world = await usersWorld();
    const { refreshToken } = await world.ada();
    const { body } = await refresh(world, refreshToken);

    const [row] = await world.query("select sessions::text as all from sessions");

    for (const token of [refreshToken, String(body.refreshToken)]) {
      const value = Buffer.from(token.slice(4), "base64url").subarray(16, 48);
      expect(String(row?.all)).not.toContain(value.toString("hex"));
    }
  });
});

test("whoever has a thousand sessions loses the oldest by one more", async () => {
  await using world = await usersWorld();
  const { id, refreshToken } = await world.ada();
  await world.query(`insert into sessions (id, user_id, secret, token_hash, created_at, expires_at)
    select ('019a0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '${id}', '', '',
      now(), now() + interval '1 day' from generate_series(1, 999) n`);

  await world.call("POST", "/api/login", { body: { email: ada.email, password: ada.password } });

  const [{ count, first } = {}] = await world.query(
    "select count(*)::int as count, min(id::text) as first from sessions",
  );
  expect({ count, first }).toEqual({ count: 1_000, first: "019a0000-0000-7000-8000-000000000002" });
  expect((await refresh(world, refreshToken)).status).toBe(200);
});

describe("signing out", () => {
  test("ends the session, by any token of it, and may be repeated", async () => {
    await using world = await usersWorld();
    const { refreshToken } = await world.ada();
    const { body: newest } = await refresh(world, refreshToken);
    const signOut = (token: string) =>
      world.call("POST", "/api/logout", { body: { refreshToken: token } });

    const answers = [await signOut(refreshToken), await signOut(refreshToken)];

    for (const answer of answers)
      expect(answer).toMatchObject({ status: 200, body: { message: "success" } });
    expect((await refresh(world, newest.refreshToken)).status).toBe(401);
    expect(await world.query("select revoked_because from sessions")).toEqual([
      { revoked_because: "logged out" },
    ]);
  });

  test("says nothing of a token that is nobody's", async () => {
    await using world = await usersWorld();

    for (const body of [undefined, {}, { refreshToken: "nonsense" }])
      expect((await world.call("POST", "/api/logout", { body })).status).toBe(200);
  });
});

describe("a browser", () => {
  const own = { "sec-fetch-site": "same-origin" };
  const signInAsAda = { email: ada.email, password: ada.password };
  const cookiesOf = (headers: Headers) => headers.getSetCookie();
  const sent = (cookies: readonly string[]) =>
    cookies.map((cookie) => cookie.split(";")[0]).join("; ");

  test("is given its tokens in cookies that no script reads, and in nothing else", async () => {
    await using world = await usersWorld();
    await world.ada();

    const answer = await world.call("POST", "/api/login", { body: signInAsAda, headers: own });

    expect(answer.body).toEqual({ message: "success", expiresIn: 600 });
    expect(cookiesOf(answer.headers)).toEqual([
      expect.stringMatching(
        /^quickbite_session=eyJ[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
      ),
      expect.stringMatching(
        /^quickbite_refresh=qbr_[\w-]+; Path=\/api; Max-Age=60; HttpOnly; SameSite=Strict; Secure$/,
      ),
    ]);
  });

  test("is signed in by its cookie, goes on by it, and signs out by it", async () => {
    await using world = await usersWorld();
    const { id } = await world.ada();
    const { headers } = await world.call("POST", "/api/login", { body: signInAsAda, headers: own });
    const cookie = sent(cookiesOf(headers));

    const me = await world.call("GET", "/api/me", { headers: { cookie } });
    const next = await world.call("POST", "/api/refresh", { headers: { ...own, cookie } });
    const renewed = sent(cookiesOf(next.headers));
    const out = await world.call("POST", "/api/logout", { headers: { ...own, cookie: renewed } });

    expect(me.body.id).toBe(id);
    expect(next.body).toEqual({ message: "success", expiresIn: 600 });
    expect(cookiesOf(out.headers)).toEqual([
      "quickbite_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
      "quickbite_refresh=; Path=/api; Max-Age=0; HttpOnly; SameSite=Strict; Secure",
    ]);
    expect(
      await world.call("POST", "/api/refresh", { headers: { ...own, cookie: renewed } }),
    ).toMatchObject({ status: 401 });
  });

  test.each<Readonly<Record<string, string>>>([
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { origin: "https://evil.example", host: "localhost:8383" },
    { origin: "null", host: "localhost:8383" },
  ])("changes nothing for a page that sends %j", async (headers) => {
    await using world = await usersWorld();
    await world.ada();
    const signedIn = await world.call("POST", "/api/login", { body: signInAsAda, headers: own });
    const cookie = sent(cookiesOf(signedIn.headers));
    const before = await world.query("select * from sessions");

    for (const [method, path, body] of [
      ["POST", "/api/login", signInAsAda],
      ["POST", "/api/register", { ...ada, email: "eve@example.com" }],
      ["POST", "/api/refresh", undefined],
      ["POST", "/api/logout", undefined],
      ["PATCH", "/api/me", { name: "Eve" }],
    ] as const) {
      const answer = await world.call(method, path, { body, headers: { ...headers, cookie } });
      expect({ path, status: answer.status }).toEqual({ path, status: 403 });
      expect(cookiesOf(answer.headers)).toEqual([]);
    }

    expect(await world.query("select * from sessions")).toEqual(before);
    expect(await world.query("select name from users")).toEqual([{ name: "Ada" }]);
  });

  test("may do without TLS on an engineer's machine", async () => {
    await using world = await usersWorld({ cookies: { secure: false } });
    await world.ada();

    const { headers } = await world.call("POST", "/api/login", { body: signInAsAda, headers: own });

    expect(cookiesOf(headers).filter((cookie) => cookie.includes("Secure"))).toEqual([]);
  });
});

describe("a password that changes while its owner signs in", () => {
  test("leaves no session of the old one", async () => {
    await using world = await usersWorld({
      limits: { failuresPerAccount: 99, failuresPerAddress: 99, registrationsPerAddress: 9 },
    });
    const { token } = await world.ada();
    const change = world.call("PATCH", "/api/me", {
      token,
      body: { password: "new horse battery", currentPassword: ada.password },
    });
    const signIns = Array.from({ length: 20 }, () =>
      world.call("POST", "/api/login", { body: { email: ada.email, password: ada.password } }),
    );

    const answers = await Promise.all([change, ...signIns]);

    expect(answers[0]?.status).toBe(200);
    await eventually(async () => {
      const open = await world.query("select 1 from sessions where revoked_at is null");
      return open.length === 0;
    });
  });
});
