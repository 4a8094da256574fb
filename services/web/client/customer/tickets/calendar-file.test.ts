import { describe, expect, test } from "bun:test";
import { calendarFile, calendarFileName } from "./calendar-file.ts";

const entry = {
  id: "019",
  title: "Aida; or, the Nile",
  start: new Date("2026-11-27T18:00:00Z"),
  end: new Date("2026-11-27T21:10:00Z"),
  place: "Großer Saal, Staatsoper am Ring, Ringstraße 2, Vienna, Austria",
  details: "2 seats\nBooking 1f0c3a9b",
  url: "https://example.com/bookings/019",
};
const now = new Date("2026-11-21T20:00:00.123Z");

describe("a calendar file", () => {
  test("says when and where, in UTC", () => {
    const lines = calendarFile(entry, now).split("\r\n");

    expect(lines).toContain("DTSTAMP:20261121T200000Z");
    expect(lines).toContain("DTSTART:20261127T180000Z");
    expect(lines).toContain("DTEND:20261127T211000Z");
    expect(lines).toContain("UID:019@myevents");
    expect(lines.at(-1)).toBe("");
  });

  test("escapes what has a meaning in it", () => {
    const text = unfolded(calendarFile(entry, now));

    expect(text).toContain("SUMMARY:Aida\\; or\\, the Nile\r\n");
    expect(text).toContain("DESCRIPTION:2 seats\\nBooking 1f0c3a9b\r\n");
  });

  test("has no line of more than 75 bytes, and loses no character by that", () => {
    const title = "ß🎻 ".repeat(60);
    const file = calendarFile({ ...entry, title }, now);

    const longest = Math.max(...file.split("\r\n").map((line) => Buffer.byteLength(line)));
    expect(longest).toBeLessThanOrEqual(75);
    expect(unfolded(file)).toContain(`SUMMARY:${title}\r\n`);
  });

  test.each([
    ["Café & Bar: Noël!", "cafe-bar-noel.ics"],
    ["花火", "event.ics"],
    ["../../etc", "etc.ics"],
  ])("of %s is called %s", (title, name) => {
    expect(calendarFileName(title)).toBe(name);
  });
});

const unfolded = (file: string) => file.replaceAll("\r\n ", "");
