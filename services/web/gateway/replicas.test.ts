import { describe, expect, test } from "bun:test";
import { replicasOf } from "./replicas.ts";

function clockAt(start: number) {
  let now = start;
  return {
    monotonicMs: () => now,
    pass(ms: number) {
      now += ms;
    },
  };
}

describe("the replicas of a service", () => {
  test("take turns at being asked first", () => {
    const replicas = replicasOf(["a", "b"], clockAt(0));

    expect([replicas.inTurn(), replicas.inTurn(), replicas.inTurn()]).toEqual([
      ["a", "b"],
      ["b", "a"],
      ["a", "b"],
    ]);
  });

  test("are asked last for a moment when they were away, and in turn again when they answer", () => {
    const clock = clockAt(0);
    const replicas = replicasOf(["a", "b"], clock);

    replicas.away("a");
    expect([replicas.inTurn(), replicas.inTurn()]).toEqual([
      ["b", "a"],
      ["b", "a"],
    ]);
    clock.pass(2_000);
    expect(replicas.inTurn()).toEqual(["a", "b"]);

    replicas.away("b");
    replicas.there("b");
    expect(replicas.inTurn()).toEqual(["b", "a"]);
  });

  test("are all asked when all were away, three at most", () => {
    const origins = ["a", "b", "c", "d"];
    const replicas = replicasOf(origins, clockAt(0));
    for (const origin of origins) replicas.away(origin);

    expect(replicas.inTurn()).toEqual(["a", "b", "c"]);
    expect(replicas.inTurn()).toEqual(["b", "c", "d"]);
  });
});
