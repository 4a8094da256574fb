import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Lane } from "./inbox.ts";
import { moved, placeIn } from "./lane.ts";

const lane = (version: number, blocked = false): Lane => ({
  key: "order/1",
  version,
  blocked,
  waiting: 0,
  behind: false,
  leftUpTo: 0,
});

/** What a processor does with deliveries: runs what is next, holds what is early, drops the rest. */
function handledOf(deliveries: readonly number[]) {
  const handled: number[] = [];
  const held = new Set<number>();
  let at = lane(0);
  const run = (version: number) => {
    handled.push(version);
    at = moved(at);
  };
  for (const version of deliveries) {
    const place = placeIn(at, version);
    if (place === "early") held.add(version);
    if (place === "next") run(version);
    while (held.delete(at.version + 1)) run(at.version + 1);
  }
  return { handled, held, at };
}

describe("placeIn", () => {
  test("lets only the version after the last one run", () => {
    expect([1, 2, 3, 4, 5].map((version) => placeIn(lane(3), version))).toEqual([
      "duplicate",
      "duplicate",
      "duplicate",
      "next",
      "early",
    ]);
  });

  test("lets nothing run while a dead letter blocks the lane, and still knows duplicates", () => {
    expect([3, 4, 5].map((version) => placeIn(lane(3, true), version))).toEqual([
      "duplicate",
      "duplicate",
      "early",
    ]);
  });

  test("handles each version once and in order, whatever order and doubling they come in", () => {
    const deliveries = fc
      .integer({ min: 1, max: 30 })
      .chain((last) =>
        fc.tuple(
          fc.shuffledSubarray(versionsTo(last), { minLength: last }),
          fc.array(fc.integer({ min: 1, max: last }), { maxLength: 40 }),
        ),
      )
      .chain(([once, again]) =>
        fc.shuffledSubarray([...once, ...again], { minLength: once.length + again.length }),
      );

    fc.assert(
      fc.property(deliveries, (versions) => {
        const { handled, held, at } = handledOf(versions);

        expect(handled).toEqual(versionsTo(Math.max(...versions)));
        expect(at.version).toBe(Math.max(...versions));
        expect(held.size).toBe(0);
      }),
    );
  });

  test("handles nothing beyond a version that never comes", () => {
    const withGap = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }));

    fc.assert(
      fc.property(withGap, ([missing, later]) => {
        const all = versionsTo(missing + later).filter((version) => version !== missing);

        expect(handledOf(all.toReversed()).handled).toEqual(versionsTo(missing - 1));
      }),
    );
  });

  test("leaves blocked and waiting as they were when the lane moves", () => {
    expect(moved({ ...lane(3, true), waiting: 2 })).toEqual({ ...lane(4, true), waiting: 2 });
  });
});

const versionsTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
