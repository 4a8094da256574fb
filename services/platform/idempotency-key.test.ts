import { describe, expect, test } from "bun:test";
import { idempotencyKey } from "./idempotency-key.ts";

describe("idempotencyKey", () => {
  test("is absent without the header", () => {
    expect(idempotencyKey(null)).toBeUndefined();
    expect(idempotencyKey(undefined)).toBeUndefined();
  });

  test("is the same key bare and quoted", () => {
    expect(idempotencyKey("8e03-47c0")).toBe("8e03-47c0");
    expect(idempotencyKey('"8e03-47c0"')).toBe("8e03-47c0");
    expect(idempotencyKey(String.raw`"a \"b\" \\ c"`)).toBe(String.raw`a "b" \ c`);
  });

  test("has 1 to 255 characters", () => {
    expect(idempotencyKey("k")).toBe("k");
    expect(idempotencyKey("k".repeat(255))).toHaveLength(255);
    expect(idempotencyKey(`"${"k".repeat(255)}"`)).toHaveLength(255);
  });

  test("is refused when blank, too long, not printable ASCII or badly quoted", () => {
    const bad = ["", "  ", '""', "k".repeat(256), `"${"k".repeat(256)}"`, "ké", "a\tb"];
    const badlyQuoted = ['"open', '"a"b"', String.raw`"a\b"`, '"'];

    for (const header of [...bad, ...badlyQuoted]) {
      expect(() => idempotencyKey(header)).toThrow("invalid idempotency key");
    }
  });
});
