import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cursorAt, placeOf } from "./cursor.ts";

describe("a cursor", () => {
  test("reads back as the place it was written for", () => {
    const places = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((text) => !text.includes("\0"));

    fc.assert(fc.property(places, (place) => expect(placeOf(cursorAt(place))).toBe(place)));
  });

  test.each([
    ["nothing", ""],
    ["other characters", "!"],
    ["characters beside", `${cursorAt("burger")}!`],
    ["padding", `${cursorAt("a")}==`],
    ["bytes that are no text", "_w"],
    ["a NUL", "AA"],
  ])("is refused for %s", (_, cursor) => {
    expect(() => placeOf(cursor)).toThrow("invalid cursor");
  });
});
