import { expect, test } from "bun:test";
import { poisonedKeys, runPoisonedKeys } from "./poisoned-keys.ts";

test("poisoned keys hold up no healthy one, and after repair every key is in order", async () => {
  // Far apart, so that a slow machine's third attempt still comes after what the first has delayed.
  const [keys, versions] = [20, 6];
  const patient = { retryBase: 2_000, attemptsMax: 3 };

  const result = await runPoisonedKeys({ rounds: [true], keys, versions, ...patient });

  expect(result.heldUp).toEqual([]);
  expect(result).toMatchObject({
    deadLetters: poisonedKeys,
    disorder: 0,
    effects: keys * versions,
  });
}, 300_000);
