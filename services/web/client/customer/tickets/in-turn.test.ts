import { expect, test } from "bun:test";
import { inTurn } from "./in-turn.ts";

test("what comes during the work is worked on after it, in order", async () => {
  const done: string[] = [];
  const states: boolean[] = [];
  const first = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const take = inTurn<string>(
    async (item) => {
      if (item === "first") await first.promise;
      done.push(item);
    },
    (busy) => {
      states.push(busy);
      if (!busy) over.resolve();
    },
  );

  expect([take("first"), take("second"), take("third")]).toEqual([true, true, true]);
  expect(done).toEqual([]);
  first.resolve();
  await over.promise;

  expect(done).toEqual(["first", "second", "third"]);
  expect(states).toEqual([true, false]);
});

test("more than anybody has in hand is not taken", () => {
  const never = new Promise<void>(() => undefined);
  const take = inTurn<number>(
    () => never,
    () => undefined,
  );

  const taken = Array.from({ length: 60 }, (_, nth) => take(nth));

  // One is worked on, and fifty wait.
  expect(taken.filter(Boolean)).toHaveLength(51);
  expect(taken.at(-1)).toBe(false);
});
