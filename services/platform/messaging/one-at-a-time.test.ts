import { describe, expect, test } from "bun:test";
import { oneAtATime } from "./one-at-a-time.ts";

describe("oneAtATime", () => {
  test("lets each begin when the one before has ended, in the order in which they came", async () => {
    const turns = oneAtATime();
    const told: string[] = [];
    const work = (name: string) => async () => {
      told.push(`${name} begins`);
      await Promise.resolve();
      told.push(`${name} ends`);
      return name;
    };

    const answers = await Promise.all([turns.run(work("a")), turns.run(work("b"))]);

    expect(answers).toEqual(["a", "b"]);
    expect(told).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });

  test("goes on after one that fails, and counts who waits", async () => {
    const turns = oneAtATime();
    const failing = turns.run(() => Promise.reject(new Error("cold")));
    const next = turns.run(async () => turns.waiting());

    expect(turns.waiting()).toBe(2);
    await expect(failing).rejects.toThrow("cold");
    expect(await next).toBe(0);
    expect(turns.waiting()).toBe(0);
  });
});
