import { describe, expect, test } from "bun:test";
import { merged } from "./merged.ts";

const never = new AbortController().signal;

describe("merged", () => {
  test("gives everything that its watches give, and ends with the last of them", async () => {
    async function* watch(id: string) {
      yield `${id}1`;
      yield `${id}2`;
    }

    const values = await Array.fromAsync(merged(["a", "b"], { signal: never, watch }));

    expect(values.toSorted()).toEqual(["a1", "a2", "b1", "b2"]);
  });

  test("lets no watch that speaks often silence another", async () => {
    async function* watch(id: string) {
      for (let count = 0; id === "loud" || count < 1; count++) yield id;
    }

    const values: string[] = [];
    for await (const value of merged(["loud", "quiet"], { signal: never, watch })) {
      values.push(value);
      if (values.length === 4) break;
    }

    expect(values).toContain("quiet");
  });

  test("ends all watches when it is left or one fails", async () => {
    const ended: string[] = [];
    async function* watch(id: string, { signal }: { signal: AbortSignal }) {
      try {
        yield id;
        if (id === "broken") throw new Error("a watch failed");
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      } finally {
        ended.push(id);
      }
    }

    for await (const _ of merged(["a", "b"], { signal: never, watch })) break;
    const failure = Array.fromAsync(merged(["c", "broken"], { signal: never, watch }));

    await expect(failure).rejects.toThrow("a watch failed");
    expect(ended.toSorted()).toEqual(["a", "b", "broken", "c"]);
  });
});
