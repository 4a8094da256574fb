import { describe, expect, test } from "bun:test";
import { Refusal } from "@app/platform/errors.ts";
import fc from "fast-check";
import { readRegistration } from "./registration.ts";
import { readCredentials, readRefreshToken, readUserChange } from "./sign-in-requests.ts";

const readers = { readRegistration, readCredentials, readRefreshToken, readUserChange };
const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", " ", "a@b.example"));
const value = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }));
const body = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(
    fc.constantFrom("name", "email", "password", "currentPassword", "refreshToken", "__proto__"),
    value,
  ),
);

describe.each(Object.entries(readers))("%s", (_, read) => {
  test("reads whatever is sent, or refuses it as invalid in one short sentence", () => {
    fc.assert(
      fc.property(body, (sent) => {
        try {
          read(sent);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          expect(error.kind).toBe("invalid");
          expect(error.message.length).toBeWithin(1, 130);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("a password", () => {
  const read = (password: string) => readRegistration({ ...ada, password }).password;
  const ada = { name: "Ada", email: "ada@example.com" };

  test("is kept as it was typed, blanks and all", () => {
    expect(read("  correct horse  ")).toBe("  correct horse  ");
    expect(read("🐎".repeat(8))).toBe("🐎".repeat(8));
    expect(read("🐎".repeat(200))).toHaveLength(400);
    expect(() => read("🐎".repeat(201))).toThrow("8 to 200 characters");
    expect(() => read("🐎".repeat(7))).toThrow("8 to 200 characters");
  });

  test("is one however its letters were put together, and nothing more is made alike", () => {
    expect(read("pa\u0308sswort")).toBe(read("p\u00e4sswort"));
    expect(read("ｐassword")).not.toBe(read("password"));
    const credentials = readCredentials({ email: "ada@example.com", password: "pa\u0308sswort" });
    expect(credentials.password).toBe(read("p\u00e4sswort"));
  });
});
