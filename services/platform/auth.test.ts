import { describe, expect, test } from "bun:test";
import { authenticator, type Caller, requireRole, type VerifyToken } from "./auth.ts";
import { Refusal } from "./errors.ts";

const operator: Caller = { subject: "u1", roles: ["operator"] };
const unauthenticated = expect.objectContaining({ kind: "unauthenticated" });

const verify: VerifyToken = async (token) => {
  if (token === "good") return operator;
  throw new Refusal("unauthenticated", "token_invalid", "invalid token");
};

function request(headers: Record<string, string> = {}, method = "GET") {
  return { method, headers: new Headers(headers) };
}

const bearer = (token: string) => request({ authorization: `Bearer ${token}` });

describe("authenticator", () => {
  test("lets nobody in by required while nobody issues tokens", async () => {
    const authenticate = authenticator("required");

    expect(await authenticate(request())).toEqual({
      caller: undefined,
      refusedCredential: undefined,
      guests: "nowhere",
    });
    expect(await authenticate(bearer("good"))).toMatchObject({
      caller: undefined,
      refusedCredential: unauthenticated,
    });
  });

  test("takes everybody as a guest everywhere by optional while nobody issues tokens", async () => {
    const authenticate = authenticator("optional");
    const guest = { caller: undefined, refusedCredential: undefined, guests: "everywhere" };

    expect(await authenticate(request())).toEqual(guest as never);
    expect(await authenticate(bearer("anything"))).toEqual(guest as never);
  });

  test("verifies a token in either mode", async () => {
    for (const mode of ["required", "optional"] as const) {
      const authenticate = authenticator(mode, verify);
      expect(await authenticate(bearer("good"))).toMatchObject({
        caller: operator,
        refusedCredential: undefined,
      });
      for (const bad of [bearer("bad"), request({ authorization: "good" }), bearer("good, good")]) {
        expect(await authenticate(bad)).toMatchObject({
          caller: undefined,
          refusedCredential: unauthenticated,
        });
      }
    }
  });

  test("lets guests in where customers call, by optional alone, once tokens are issued", async () => {
    expect(await authenticator("required", verify)(request())).toMatchObject({ guests: "nowhere" });
    expect(await authenticator("optional", verify)(request())).toMatchObject({
      guests: "unprivileged",
    });
  });

  test("does not take a fault of the verifier for a bad token", async () => {
    const broken = authenticator("optional", () => Promise.reject(new Error("broken")));

    await expect(broken(bearer("good"))).rejects.toThrow("broken");
  });
});

describe("requireRole", () => {
  test("gives the caller who has one of the roles", () => {
    expect(requireRole(operator, "organiser", "operator")).toBe(operator);
  });

  test("tells a guest from a caller without the role", () => {
    expect(() => requireRole(undefined, "operator")).toThrow("authentication required");
    expect(() => requireRole(operator, "service")).toThrow("needs the role service");
  });
});
