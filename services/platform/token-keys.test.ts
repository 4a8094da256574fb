import { describe, expect, test } from "bun:test";
import { keySetOf, newSigningKey } from "./access-token.ts";
import { type Clock, systemClock } from "./clock.ts";
import { silentLog } from "./log.ts";
import { recordedLog } from "./testing/recorded-log.ts";
import { servedHttp } from "./testing/served-http.ts";
import { type ReadKeys, tokenKeys } from "./token-keys.ts";
import { keysAt } from "./token-source.ts";

const [first, second] = await Promise.all([newSigningKey(), newSigningKey()]);
const unavailable = expect.objectContaining({ kind: "unavailable", retryAfterSeconds: 2 });
const probing = new AbortController().signal;

/** An issuer that a test may send away, by a clock that a test moves. */
function keysOfIssuer() {
  const issuer = { keys: [first], away: false, asked: 0 };
  let nowMs = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => nowMs };
  const read: ReadKeys = async () => {
    issuer.asked += 1;
    if (issuer.away) throw new Error("away");
    return keySetOf(issuer.keys);
  };
  const { log, lines } = recordedLog();
  const keys = tokenKeys({ read, clock, log });
  return {
    issuer,
    keys,
    lines,
    passMs: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe("the issuer's keys", () => {
  test("are asked for once by many callers at a time", async () => {
    const { issuer, keys } = keysOfIssuer();

    const found = await Promise.all(Array.from({ length: 50 }, () => keys.find(first.kid)));

    expect(found.every((key) => key?.type === "public")).toBe(true);
    expect(issuer.asked).toBe(1);
  });

  test("are asked for again because of an unknown key, and not by every token that names one", async () => {
    const { issuer, keys, passMs } = keysOfIssuer();
    await keys.find(first.kid);
    issuer.keys = [first, second];

    expect(await keys.find(second.kid)).toBeUndefined();
    passMs(10_000);
    expect(await keys.find(second.kid)).toBeDefined();
    for (let count = 0; count < 100; count++) {
      expect(await keys.find(`made up ${count}`)).toBeUndefined();
    }
    expect(issuer.asked).toBe(2);
  });

  test("stay in use for as long as the issuer is away", async () => {
    const { issuer, keys, passMs } = keysOfIssuer();
    await keys.find(first.kid);
    issuer.away = true;

    for (let hour = 0; hour < 24; hour++) {
      passMs(3_600_000);
      expect(await keys.find(first.kid)).toBeDefined();
    }
    await expect(keys.find("unknown")).rejects.toEqual(unavailable);
  });

  test("are asked for by few while the issuer is away, and known soon after it is back", async () => {
    const { issuer, keys, passMs } = keysOfIssuer();
    issuer.away = true;

    for (let count = 0; count < 100; count++) {
      await expect(keys.find(first.kid)).rejects.toEqual(unavailable);
    }
    expect(issuer.asked).toBe(1);
    issuer.away = false;
    passMs(2_000);

    expect(await keys.find(first.kid)).toBeDefined();
  });

  test("are forgotten when the issuer no longer shows them", async () => {
    const { issuer, keys, passMs } = keysOfIssuer();
    await keys.find(first.kid);
    issuer.keys = [second];

    passMs(120_000);

    expect(await keys.find(first.kid)).toBeUndefined();
    expect(await keys.find(second.kid)).toBeDefined();
  });

  test("are waited for by everybody once they are stale, not by the first who asks alone", async () => {
    const { issuer, keys, passMs } = keysOfIssuer();
    await keys.find(first.kid);
    issuer.keys = [second];

    passMs(120_000);
    const found = await Promise.all([1, 2, 3].map(() => keys.find(first.kid)));

    expect(found).toEqual([undefined, undefined, undefined]);
    expect(issuer.asked).toBe(2);
  });

  test("are not waited for while they are fresh enough", async () => {
    const { issuer, keys, passMs } = keysOfIssuer();
    await keys.find(first.kid);
    issuer.keys = [second];
    passMs(60_000);

    expect(await keys.find(first.kid)).toBeDefined();
    expect(issuer.asked).toBe(2);
  });
});

describe("readiness", () => {
  test("names keys that could not be read, and is well without them", async () => {
    const { issuer, keys, passMs } = keysOfIssuer();
    issuer.away = true;

    expect(keys.check).toMatchObject({ name: "token keys", critical: false });
    await expect(keys.check.probe(probing)).rejects.toEqual(
      expect.objectContaining({ message: "the issuer's keys could not be read" }),
    );
    issuer.away = false;
    passMs(2_000);
    await keys.check.probe(probing);
    await keys.check.probe(probing);

    expect(issuer.asked).toBe(2);
  });

  test("is no trouble worth a warning while services still start, and is one later", async () => {
    const { issuer, keys, lines, passMs } = keysOfIssuer();
    issuer.away = true;
    const levels = () => lines.map(({ level }) => level);

    await expect(keys.check.probe(probing)).rejects.toThrow();
    expect(levels()).toEqual(["info"]);
    passMs(10_000);
    await expect(keys.check.probe(probing)).rejects.toThrow();

    expect(levels()).toEqual(["info", "warn"]);
  });
});

describe("a key set", () => {
  const ours = keySetOf([first]).keys[0];

  test.each<[string, unknown]>([
    ["that is none", { foo: 1 }],
    ["that is no JSON object", "keys"],
    ["without keys", { keys: [] }],
    ["of another curve", { keys: [{ ...ours, crv: "Ed448" }] }],
    ["of another algorithm", { keys: [{ ...ours, alg: "HS256" }] }],
    ["for another use", { keys: [{ ...ours, use: "enc" }] }],
    ["of secrets", { keys: [{ kty: "oct", k: "AAAA", kid: first.kid }] }],
    ["that shows a private key", { keys: [{ ...ours, d: ours?.x }] }],
    ["with an unreadable key", { keys: [{ ...ours, x: "AAAA" }] }],
    ["of two keys with one id", { keys: [ours, ours] }],
    ["that never ends", { keys: Array.from({ length: 17 }, () => ours) }],
  ])("%s is no answer, and leaves known keys alone", async (_, document) => {
    const answers = [keySetOf([second]), document];
    let nowMs = 0;
    const keys = tokenKeys({
      read: async () => answers.shift(),
      clock: { ...systemClock, monotonicMs: () => nowMs },
      log: silentLog,
    });
    await keys.find(second.kid);
    nowMs += 10_000;

    await expect(keys.find(first.kid)).rejects.toEqual(unavailable);

    expect(await keys.find(second.kid)).toBeDefined();
  });

  test("may hold keys of other kinds beside ours", async () => {
    const rsa = { kty: "RSA", n: "AQAB", e: "AQAB", kid: "rsa" };
    const keys = tokenKeys({
      read: async () => ({ keys: [rsa, ours] }),
      clock: systemClock,
      log: silentLog,
    });

    expect(await keys.find(first.kid)).toBeDefined();
    expect(await keys.find("rsa")).toBeUndefined();
  });

  test("is not waited for longer than its time, even when nothing ever ends the wait", async () => {
    const keys = tokenKeys({
      read: () => new Promise(() => undefined),
      clock: systemClock,
      log: silentLog,
      limits: { timeoutMs: 20 },
    });

    await expect(keys.find(first.kid)).rejects.toEqual(unavailable);
  });

  test("is read from one address alone, and no more of it than is sensible", async () => {
    await using elsewhere = servedHttp({ handlers: [() => Response.json({ keys: [ours] })] });
    await using issuer = servedHttp({
      handlers: [
        ({ url }) => {
          const path = new URL(url).pathname;
          if (path === "/moved") return Response.redirect(elsewhere.server.url);
          if (path === "/huge") return new Response("[".repeat(65 * 1024));
          if (path === "/broken") return new Response("nobody home", { status: 500 });
          return Response.json({ keys: [ours] });
        },
      ],
    });
    const read = (path: string) => keysAt(`${issuer.server.url}${path}`)(probing);

    expect(await read("/keys")).toEqual({ keys: [ours] });
    for (const path of ["/moved", "/huge", "/broken"]) await expect(read(path)).rejects.toThrow();
  });
});
