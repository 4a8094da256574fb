import { describe, expect, test } from "bun:test";
import { preferredWait } from "./prefer-wait.ts";

describe("preferredWait", () => {
  test.each([
    ["wait=5", 5],
    ["WAIT = 5", 5],
    ['wait="5"', 5],
    ["respond-async, wait=5", 5],
    ["wait=5; x=1, respond-async", 5],
    ['note="a, wait=9", wait=5', 5],
    ["wait=3, wait=7", 3],
    ["wait=0", 0],
    ["wait=31", 30],
    ["wait=99999999999999999999", 30],
  ])("reads %s as %d", (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });

  test.each([
    null,
    "",
    "wait",
    "wait=",
    "wait=-1",
    "wait=1.5",
    "wait=5s",
    "wait=x, wait=5",
    "waits=5",
    "respond-async",
    ",,,",
    '"',
  ])("takes %s for no preference", (header) => {
    expect(preferredWait(header)).toBeUndefined();
  });
});
