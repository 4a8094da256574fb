import { describe, expect, test } from "bun:test";
import { Refusal } from "./errors.ts";
import { refusingBy } from "./named-constraints.ts";

const refusing = refusingBy({
  shelf_is_full: (cause) => new Refusal("conflict", "shelf_is_full", "shelf is full", { cause }),
});

const violated = (name: string) => {
  const cause = Object.assign(new Error("violates a constraint"), { constraint_name: name });
  return new Error("Failed query", { cause });
};

describe("a write whose refusals are left to constraints", () => {
  test("returns what it wrote", async () => {
    expect(await refusing(Promise.resolve(7))).toBe(7);
  });

  test("is refused in the words that the constraint has", async () => {
    const fault = violated("shelf_is_full");

    await expect(refusing(Promise.reject(fault))).rejects.toMatchObject({
      name: "Refusal",
      message: "shelf is full",
      cause: fault.cause,
    });
  });

  test("fails as it fails where another one was violated, or none", async () => {
    for (const fault of [violated("shelf_pkey"), new Error("connection lost")])
      await expect(refusing(Promise.reject(fault))).rejects.toBe(fault);
  });
});
