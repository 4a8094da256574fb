import { describe, expect, test } from "bun:test";
import { Problem } from "../../lib/problem.ts";
import { type Away, untilAnswered } from "./until-answered.ts";

const problem = (status: number, more: { code?: string; retryAfterSeconds?: number } = {}) =>
  new Problem({ status, code: "some_code", title: "t", detail: "d", ...more });

/** Fails in the given ways, then answers. */
function calls(...failures: readonly Problem[]) {
  const waits: number[] = [];
  const heard: (Away | undefined)[] = [];
  const wanted = new AbortController();
  let made = 0;
  const answer = untilAnswered(
    async () => {
      const failure = failures[made];
      made += 1;
      if (failure) throw failure;
      return "answer";
    },
    { now: () => 0, wait: async (ms) => void waits.push(ms) },
    { signal: wanted.signal, onAway: (away) => heard.push(away) },
  );
  return { answer, waits, heard, wanted, made: () => made };
}

describe("untilAnswered", () => {
  test("waits longer and longer, and never shorter than the service wants", async () => {
    const { answer, waits, heard } = calls(
      problem(0),
      problem(503),
      problem(503, { retryAfterSeconds: 9 }),
      problem(500),
      problem(504),
      problem(502),
    );

    expect(await answer).toBe("answer");
    expect(waits).toEqual([1_000, 2_000, 9_000, 8_000, 15_000, 15_000]);
    expect(heard.map((away) => away?.retryAtMs)).toEqual([...waits, undefined]);
  });

  test.each([
    ["a conflict", problem(409)],
    ["too many open holds", problem(429, { code: "too_many_holds", retryAfterSeconds: 500 })],
    ["somebody who has to sign in", problem(401)],
  ])("takes %s for an answer", async (_what, refusal) => {
    const { answer, made, heard } = calls(refusal);

    expect(await answer.catch((error: unknown) => error)).toBe(refusal);
    expect([made(), heard]).toEqual([1, []]);
  });

  test("asks again after a rate limit", async () => {
    const { answer, made } = calls(problem(429, { code: "rate_limited" }));

    expect(await answer).toBe("answer");
    expect(made()).toBe(2);
  });

  test("stops when nobody waits for it any more, and says nothing then", async () => {
    const { answer, wanted, heard } = calls(problem(0));
    wanted.abort();

    expect(await answer).toBeUndefined();
    expect(heard).toEqual([]);
  });
});
