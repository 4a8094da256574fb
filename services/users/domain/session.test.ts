import { describe, expect, test } from "bun:test";
import { judgeRefresh, REPEAT_MS, type ShownSession } from "./session.ts";

const noon = new Date("2026-05-04T12:00:00Z");
const before = (ms: number) => new Date(noon.getTime() - ms);
const open: ShownSession = {
  expiresAt: new Date(noon.getTime() + 1),
  revokedAt: undefined,
  rotatedAt: before(1),
  shown: "newest",
};

describe("judgeRefresh", () => {
  test.each<[ReturnType<typeof judgeRefresh>, string, Partial<ShownSession>]>([
    ["rotate", "the newest token", {}],
    ["rotate", "the first token", { rotatedAt: undefined }],
    ["rotate", "the newest token of long ago", { rotatedAt: before(86_400_000) }],
    ["repeat", "the one before, at once", { shown: "before it", rotatedAt: noon }],
    ["repeat", "the one before, in time", { shown: "before it", rotatedAt: before(REPEAT_MS) }],
    // A refresh that began later was decided first.
    ["repeat", "the one before, overtaken", { shown: "before it", rotatedAt: before(-5) }],
    ["reused", "the one before, late", { shown: "before it", rotatedAt: before(REPEAT_MS + 1) }],
    ["reused", "an older one, however soon", { shown: "older", rotatedAt: noon }],
    ["over", "the newest token at the end", { expiresAt: noon }],
    ["over", "an older one at the end", { expiresAt: noon, shown: "older" }],
    ["over", "the newest token of an ended session", { revokedAt: noon }],
    ["over", "an older one of an ended session", { revokedAt: noon, shown: "older" }],
  ])("says %s of %s", (verdict, _, session) => {
    expect(judgeRefresh({ ...open, ...session }, noon)).toBe(verdict);
  });
});
