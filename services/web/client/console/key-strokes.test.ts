import { describe, expect, test } from "bun:test";
import { keyStrokes, meaningOf, secondKeyWithinMs } from "./key-strokes.ts";

describe("keys of the console", () => {
  test("mean one thing each", () => {
    const all = keyStrokes.map(({ keys }) => keys.join(" "));

    expect(new Set(all).size).toBe(all.length);
  });

  test("lead somewhere when pressed one after another", () => {
    const g = { key: "g", atMs: 1_000 };

    expect(meaningOf(g, undefined)).toBe("begun");
    expect(meaningOf({ key: "d", atMs: 1_400 }, g)).toEqual({
      kind: "go",
      to: "/console/dead-letters",
    });
  });

  test("count alone when the second comes late", () => {
    const g = { key: "g", atMs: 0 };

    expect(meaningOf({ key: "d", atMs: secondKeyWithinMs + 1 }, g)).toBeUndefined();
    expect(meaningOf({ key: "j", atMs: secondKeyWithinMs + 1 }, g)).toEqual({
      kind: "move",
      by: 1,
    });
  });

  test("that nobody listed do nothing", () => {
    expect(meaningOf({ key: "x", atMs: 0 }, undefined)).toBeUndefined();
  });
});
