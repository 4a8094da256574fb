import { describe, expect, test } from "bun:test";
import { betterOf, offsetOf } from "./server-time.ts";

describe("the server's time", () => {
  test.each([
    ["a browser that is an hour slow", 0, 3_600_000],
    ["a browser that is an hour fast", 7_200_000, -3_600_000],
  ])("is known to %s", (_who, browserMs, offset) => {
    const sighting = { serverMs: 3_600_000, sentMs: browserMs - 100, heardMs: browserMs + 100 };

    expect(offsetOf(sighting)).toBe(offset);
  });

  test("is taken from the quicker of two answers", () => {
    const quick = { serverMs: 10_000, sentMs: 0, heardMs: 20 };
    const slow = { serverMs: 11_500, sentMs: 1_000, heardMs: 2_000 };

    expect(betterOf(quick, slow)).toBe(quick);
    expect(betterOf(slow, { ...quick, sentMs: 3_000, heardMs: 3_020, serverMs: 13_010 })).toEqual({
      serverMs: 13_010,
      sentMs: 3_000,
      heardMs: 3_020,
    });
  });

  test("is taken anew when the two cannot both be right: somebody set the browser's clock", () => {
    const before = { serverMs: 10_000, sentMs: 0, heardMs: 20 };
    const after = { serverMs: 11_000, sentMs: 500_000, heardMs: 500_400 };

    expect(betterOf(before, after)).toBe(after);
  });

  test("is taken anew after ten minutes", () => {
    const old = { serverMs: 10_010, sentMs: 0, heardMs: 20 };
    const later = { serverMs: 710_500, sentMs: 700_000, heardMs: 701_000 };

    expect(betterOf(old, later)).toBe(later);
  });
});
