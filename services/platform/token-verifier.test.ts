import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Caller, VerifyToken } from "./auth.ts";
import { type Clock, systemClock } from "./clock.ts";
import { silentLog } from "./log.ts";
import { type TokenIssuer, tokenIssuer } from "./testing/token-issuer.ts";
import { TOKEN_LEEWAY_SECONDS } from "./token-claims.ts";
import { tokenKeys } from "./token-keys.ts";
import { keysAt } from "./token-source.ts";
import { tokenVerifier } from "./token-verifier.ts";

const alice: Caller = { subject: "alice", roles: ["customer"] };

let issuer: TokenIssuer;
let keyId: string | undefined;
let verify: VerifyToken;
beforeAll(async () => {
  issuer = await tokenIssuer();
  keyId = issuer.keySet.keys[0]?.kid;
  verify = verifierBy(systemClock);
});
afterAll(() => issuer[Symbol.asyncDispose]());

function verifierBy(clock: Clock): VerifyToken {
  const keys = tokenKeys({ read: keysAt(issuer.url), clock, log: silentLog });
  return tokenVerifier({ keys, clock });
}

/** The system's clock, so many seconds off. */
const offBy = (seconds: number): Clock => ({
  ...systemClock,
  now: () => new Date(Date.now() + seconds * 1_000),
});

describe("a token", () => {
  test("names its caller, the roles that this stack knows and its key", async () => {
    const service: Caller = { subject: "service/orders", roles: ["service"] };
    const wizard = { subject: "bob", roles: ["wizard", "operator", "customer"] } as never;

    expect(await verify(await issuer.token(alice))).toEqual({ ...alice, keyId });
    expect(await verify(await issuer.token(service))).toEqual({ ...service, keyId });
    expect(await verify(await issuer.token(wizard))).toEqual({
      subject: "bob",
      roles: ["customer", "operator"],
      keyId,
    });
  });

  test("holds by clocks that differ a little, and no longer", async () => {
    const token = await issuer.token(alice);
    const leeway = TOKEN_LEEWAY_SECONDS;
    const expired = expect.objectContaining({ reason: "token_expired" });

    expect(await verifierBy(offBy(1 - leeway))(token)).toMatchObject(alice);
    expect(await verifierBy(offBy(3_600 + leeway - 2))(token)).toMatchObject(alice);
    await expect(verifierBy(offBy(-leeway - 5))(token)).rejects.toThrow("invalid token");
    await expect(verifierBy(offBy(3_600 + leeway + 5))(token)).rejects.toEqual(expired);
  });

  test("that is wrong in any way proves nobody", async () => {
    const bad = await issuer.badTokens({ subject: "alice", roles: ["operator"] });

    for (const [name, token] of Object.entries(bad)) {
      const outcome = await verify(token).catch((error) => error);
      expect({ name, outcome }).toMatchObject({
        name,
        outcome: {
          kind: "unauthenticated",
          reason: name === "expired" ? "token_expired" : "token_invalid",
        },
      });
    }
    expect(Object.keys(bad).length).toBeGreaterThan(12);
  });

  test.each([
    { subject: "", roles: [] },
    { subject: "a b", roles: [] },
    { subject: "a\0b", roles: [] },
    { subject: "x".repeat(129), roles: [] },
    { subject: "x".repeat(5_000), roles: [] },
    { subject: "alice", roles: Array.from({ length: 17 }, () => "customer") },
    { subject: "alice", roles: [{}] },
  ])("with claims that no issuer of ours makes proves nobody", async (caller) => {
    const token = await issuer.token(caller as never);

    await expect(verify(token)).rejects.toThrow("invalid token");
  });
});
