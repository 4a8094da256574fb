import { describe, expect, test } from "bun:test";
import { saidBetween } from "./countdown-words.ts";

describe("a countdown", () => {
  test.each([
    [121_000, 120_000, "2 minutes left"],
    [31_000, 29_500, "30 seconds left"],
    [400_000, 20_000, "30 seconds left"],
    [119_000, 118_000, undefined],
    [30_000, 29_000, undefined],
    [31_000, 0, undefined],
    [300_000, 299_000, undefined],
  ])("from %i to %i ms says %p", (before, left, text) => {
    expect(saidBetween(before, left)).toBe(text);
  });
});
