import { describe, expect, test } from "bun:test";
import { eventually, NeverHappened } from "./eventually.ts";

describe("eventually", () => {
  test("repeats until the check neither throws nor says false", async () => {
    let calls = 0;

    const result = await eventually(() => {
      calls += 1;
      if (calls === 1) throw new Error("not yet");
      return calls > 2 && "done";
    });

    expect(result).toBe("done");
    expect(calls).toBe(3);
  });

  test("looks once more after it was held up beyond the deadline", async () => {
    let calls = 0;

    const result = await eventually(
      () => {
        calls += 1;
        if (calls === 1) Bun.sleepSync(30);
        return calls > 1 && "done";
      },
      { deadlineMs: 20 },
    );

    expect(result).toBe("done");
  });

  test("fails after the deadline with the last failure", async () => {
    const last = new Error("expected 2, was 1");
    const waiting = eventually(() => Promise.reject(last), { deadlineMs: 20, everyMs: 5 });

    const failure = await waiting.catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(NeverHappened);
    expect(failure).toMatchObject({
      message: "did not happen within 20 ms: expected 2, was 1",
      cause: last,
    });
  });
});
