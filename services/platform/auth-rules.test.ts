import { describe, expect, test } from "bun:test";
import { type Caller, type Guests, type Identity, type Role, roles } from "./auth.ts";
import { type AccessRule, accessFaults, requireAccess } from "./auth-rules.ts";
import { Refusal } from "./errors.ts";

const signedIn = (...roles: Role[]): Caller => ({ subject: "u", roles });

/** `in`, or the kind of the refusal. */
function outcome(rule: AccessRule, given: Partial<Identity>): string {
  try {
    requireAccess(rule, {
      caller: undefined,
      refusedCredential: undefined,
      guests: "nowhere",
      ...given,
    });
    return "in";
  } catch (error) {
    return error instanceof Refusal ? error.kind : "fault";
  }
}

/** What each role is told: those that are let in, and all the others. */
const told = (others: string, letIn: readonly Role[]) =>
  Object.fromEntries(roles.map((role) => [role, letIn.includes(role) ? "in" : others])) as Record<
    Role,
    string
  >;

describe("requireAccess", () => {
  test.each<[AccessRule, Record<Guests, string>]>([
    ["public", { nowhere: "in", unprivileged: "in", everywhere: "in" }],
    ["user", { nowhere: "unauthenticated", unprivileged: "in", everywhere: "in" }],
    ["service", { nowhere: "unauthenticated", unprivileged: "in", everywhere: "in" }],
    [
      "signed in",
      {
        nowhere: "unauthenticated",
        unprivileged: "unauthenticated",
        everywhere: "unauthenticated",
      },
    ],
    [
      "organiser",
      { nowhere: "unauthenticated", unprivileged: "unauthenticated", everywhere: "in" },
    ],
    ["viewer", { nowhere: "unauthenticated", unprivileged: "unauthenticated", everywhere: "in" }],
    ["operator", { nowhere: "unauthenticated", unprivileged: "unauthenticated", everywhere: "in" }],
  ])("tells a guest at the rule %s what guests are told", (rule, expected) => {
    for (const [guests, told] of Object.entries(expected)) {
      expect(outcome(rule, { guests: guests as Guests })).toBe(told);
    }
  });

  test.each<[AccessRule, Record<Role, string>]>([
    ["public", told("in", [])],
    ["user", told("in", [])],
    ["signed in", told("in", [])],
    ["organiser", told("forbidden", ["organiser", "operator"])],
    ["viewer", told("forbidden", ["viewer", "operator"])],
    ["operator", told("forbidden", ["operator"])],
    ["service", told("forbidden", ["service"])],
  ])("lets in by the rule %s whom it names, wherever guests are let in", (rule, expected) => {
    for (const guests of ["nowhere", "unprivileged", "everywhere"] as const) {
      for (const [role, told] of Object.entries(expected)) {
        expect(outcome(rule, { guests, caller: signedIn(role as Role) })).toBe(told);
      }
      const open = ["public", "user", "signed in"];
      const nobody = open.includes(rule) ? "in" : "forbidden";
      expect(outcome(rule, { guests, caller: signedIn() })).toBe(nobody);
    }
  });

  test("refuses a credential that does not hold, even where a guest is let in, but for what is public", () => {
    const refusedCredential = new Refusal("unauthenticated", "token_invalid", "invalid token");

    for (const guests of ["nowhere", "unprivileged", "everywhere"] as const) {
      expect(outcome("user", { guests, refusedCredential })).toBe("unauthenticated");
      expect(outcome("operator", { guests, refusedCredential })).toBe("unauthenticated");
      expect(outcome("public", { guests, refusedCredential })).toBe("in");
    }
  });
});

describe("accessFaults", () => {
  test("names what is offered without a rule, and rules of what is not offered", () => {
    const offered = {
      routes: [
        { method: "GET", path: "/v1/things/" },
        { method: "POST", path: "/v1/things/" },
      ],
      calls: ["things.v1.ThingsService/GetThing"],
    };

    expect(accessFaults({ "GET /v1/things": "public", "GET /v1/thing": "user" }, offered)).toEqual({
      ruleless: ["POST /v1/things", "things.v1.ThingsService/GetThing"],
      stale: ["GET /v1/thing"],
    });
  });

  test("takes no rule from what every object has", () => {
    const offered = { routes: [], calls: ["constructor"] };

    expect(accessFaults({}, offered).ruleless).toEqual(["constructor"]);
  });
});
