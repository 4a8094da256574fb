import { describe, expect, test } from "bun:test";
import { readCancelReason } from "./cancel-request.ts";

describe("readCancelReason", () => {
  test("keeps a reason as written, and has one of its own for none", () => {
    expect(readCancelReason({ reason: " too late " })).toBe(" too late ");
    for (const input of [{}, { reason: null }, { reason: "" }, { reason: " \n" }])
      expect(readCancelReason(input)).toBe("cancelled by customer");
    expect(readCancelReason({ reason: "🍔".repeat(1_000) })).toHaveLength(2_000);
  });

  test.each<[unknown, string]>([
    [[], "invalid json"],
    ["late", "invalid json"],
    [{ reason: 1 }, "reason must be a string"],
    [{ reason: "x".repeat(1_001) }, "reason is too long"],
    [{ reason: "a\0" }, "reason must not contain NUL"],
    [{ reason: "\udc00" }, "reason must be valid Unicode"],
    [{ reason: "x", why: 1 }, "unknown field why"],
    [{ reason: "\0", why: 1 }, "reason must not contain NUL"],
  ])("refuses %j with %s", (input, text) => {
    expect(() => readCancelReason(input)).toThrow(text);
  });
});
