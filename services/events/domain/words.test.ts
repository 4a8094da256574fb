import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { keyOf, wordsOf } from "./words.ts";

describe("wordsOf", () => {
  test.each([
    ["Götterdämmerung & AC/DC", ["gotterdammerung", "ac", "dc"]],
    ["rock-n-roll 2026, ROCK!", ["rock", "n", "roll", "2026"]],
    ["Ærø ﬁre", ["ærø", "fire"]],
    ["能と狂言", ["能と狂言"]],
    ["  &|!:*'()  ", []],
    ["", []],
  ])("finds in %j %j", (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  test("keeps letters and digits alone, at most 64 words of 64 characters, each once", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 2_000 }), (text) => {
        const words = wordsOf(text);

        expect(words.length).toBeLessThanOrEqual(64);
        expect(new Set(words).size).toBe(words.length);
        for (const word of words) {
          expect(word).toMatch(/^[\p{L}\p{N}]+$/u);
          expect([...word].length).toBeLessThanOrEqual(64);
          expect(wordsOf(word)).toEqual([word]);
        }
      }),
    );
  });
});

describe("keyOf", () => {
  test("is the same for the same name, however it is written", () => {
    expect(keyOf("GÖTTERDÄMMERUNG")).toBe(keyOf("Go\u0308tterda\u0308mmerung"));
    expect(keyOf("Götter")).not.toBe(keyOf("Gotter"));
  });
});
