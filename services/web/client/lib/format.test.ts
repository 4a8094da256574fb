import { describe, expect, test } from "bun:test";
import { formatsFor } from "./format.ts";

const british = formatsFor("en-GB", "Europe/Berlin");
const german = formatsFor("de-DE", "Europe/Berlin");
/** Intl sets spaces that do not break. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("formats", () => {
  test("write cents as euros, in the reader's way", () => {
    expect(british.money(1150)).toBe("€11.50");
    expect(british.money(0n)).toBe("€0.00");
    expect(plain(german.money(123456789))).toBe("1.234.567,89 €");
  });

  test("count things", () => {
    const dishes = { one: "dish", other: "dishes" };

    expect(british.plural(1, dishes)).toBe("1 dish");
    expect(british.plural(0, dishes)).toBe("0 dishes");
    expect(british.plural(1204n, dishes)).toBe("1,204 dishes");
  });

  test("tell moments in the reader's time zone, however a contract tells them", () => {
    const moment = Date.UTC(2026, 10, 21, 18, 4, 12);

    for (const same of [moment, new Date(moment), "2026-11-21T18:04:12Z"]) {
      expect(british.time(same)).toBe("19:04");
      expect(british.timeExact(same)).toBe("19:04:12");
      expect(british.day(same)).toMatch(/^Sat,? 21 Nov$/);
      expect(british.dateTime(same)).toBe("21 Nov, 19:04");
    }
  });

  test.each([
    [0, "0 ms"],
    [-5, "0 ms"],
    [340, "340 ms"],
    [1_234, "1.2 secs"],
    [59_900, "59 secs"],
    [60_000, "1 min"],
    [125_000, "2 mins 5 secs"],
    [3_600_000, "1 hr"],
    [12_000_000, "3 hrs 20 mins"],
    [90_000_000, "1 day 1 hr"],
  ])("tell %p ms as %p", (ms, text) => {
    expect(plain(british.duration(ms))).toBe(text);
  });
});
