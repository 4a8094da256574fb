import { describe, expect, test } from "bun:test";
import { type DoorLog, doorLogIn, letIn, sent, unsentIn } from "./door-log.ts";

describe("the log of a door", () => {
  test("knows who was let in without the service, the first first, until it is told", () => {
    const log = letIn(letIn({}, "b", { atMs: 2, unsent: "t2" }), "a", { atMs: 1, unsent: "t1" });

    expect(unsentIn(log).map(({ ticket }) => ticket)).toEqual(["t1", "t2"]);
    expect(unsentIn(sent(log, "a")).map(({ ticket }) => ticket)).toEqual(["t2"]);
    expect(sent(log, "a").a).toEqual({ atMs: 1 });
    expect(sent(log, "nobody")).toBe(log);
  });

  test("forgets the oldest of two thousand, but none that the service does not know of", () => {
    const many = Array.from({ length: 1_999 }, (_, n) => [`b${n + 2}`, { atMs: n + 2 }] as const);
    const full: DoorLog = {
      early: { atMs: 0, unsent: "t" },
      old: { atMs: 1 },
      ...Object.fromEntries(many),
    };

    const log = letIn(full, "new", { atMs: 3_000 });

    expect(log.old).toBeUndefined();
    expect(log.early).toEqual({ atMs: 0, unsent: "t" });
    expect(log.new).toEqual({ atMs: 3_000 });
    expect(Object.keys(log)).toHaveLength(2_001);
  });

  test("leaves out what it cannot read", () => {
    expect(doorLogIn({ a: { atMs: 1 }, b: { atMs: "1" }, c: null })).toEqual({ a: { atMs: 1 } });
    expect(doorLogIn("x")).toBeUndefined();
  });
});
