import { describe, expect, test } from "bun:test";
import { authenticator, type Caller, requireRole, type VerifyToken } from "./auth.ts";
import { Refusal } from "./errors.ts";

const operator: Caller = { subject: "u1", roles: ["operator"] };
const unauthenticated = expect.objectContaining({ kind: "unauthenticated" });

const verify: VerifyToken = async (token) => {
  if (token === "good") return operator;
  throw new Refusal("unauthenticated", "token_invalid", "invalid token");
};

function bearer(token: string): Headers {
  return new Headers({ authorization: `Bearer ${token}` });
}

describe("authenticator", () => {
  test("lets nobody in by required while nobody issues tokens", async () => {
    const authenticate = authenticator("required");

    await expect(authenticate(new Headers())).rejects.toEqual(unauthenticated);
    await expect(authenticate(bearer("good"))).rejects.toEqual(unauthenticated);
  });

  test("takes everybody as a guest by optional while nobody issues tokens", async () => {
    const authenticate = authenticator("optional");

    expect(await authenticate(new Headers())).toBeUndefined();
    expect(await authenticate(bearer("anything"))).toBeUndefined();
  });

  test("verifies a token in either mode", async () => {
    for (const mode of ["required", "optional"] as const) {
      expect(await authenticator(mode, verify)(bearer("good"))).toEqual(operator);
      await expect(authenticator(mode, verify)(bearer("bad"))).rejects.toEqual(unauthenticated);
    }
  });

  test("asks for a token only by required", async () => {
    await expect(authenticator("required", verify)(new Headers())).rejects.toEqual(unauthenticated);
    expect(await authenticator("optional", verify)(new Headers())).toBeUndefined();
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
