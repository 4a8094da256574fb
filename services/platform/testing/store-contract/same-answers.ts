import { expect } from "bun:test";
import fc from "fast-check";
import { Refusal } from "../../errors.ts";
import { canonical } from "./canonical.ts";

/** A store that random steps are driven on, beside another that must answer the same. */
export interface Driven<Step> {
  /** Empties it, to begin anew. */
  begin(): Promise<void>;
  /** Does one step. Answers with what it returned or threw. */
  take(step: Step): Promise<unknown>;
  /** All its rows. */
  state(): Promise<unknown>;
}

export interface SameAnswersOptions {
  /** Sequences in a short run. With `E2E_LONG` it is twenty times as many. */
  readonly runs: number;
  readonly stepsMax: number;
}

/** How long such a test may take. */
export const sameAnswersLimitMs = process.env.E2E_LONG ? 1_800_000 : 120_000;

/**
 * Drives two stores with the same random sequences of steps and compares every answer, and all rows
 * at the end. A failure names its seed and is shrunk to the fewest steps; `E2E_SEED` repeats it.
 */
export async function sameAnswers<Step>(
  [one, other]: readonly [Driven<Step>, Driven<Step>],
  step: fc.Arbitrary<Step>,
  { runs, stepsMax }: SameAnswersOptions,
): Promise<void> {
  const seed = Number(process.env.E2E_SEED) || undefined;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: stepsMax, size: "max" }), async (steps) => {
      await Promise.all([one.begin(), other.begin()]);
      for (const [index, each] of steps.entries()) {
        const answers = await Promise.all([answerOf(one, each), answerOf(other, each)]);
        expect({ index, answer: answers[0] }).toEqual({ index, answer: answers[1] });
      }
      expect(canonical(await one.state())).toEqual(canonical(await other.state()));
    }),
    { numRuns: runs * (process.env.E2E_LONG ? 20 : 1), ...(seed ? { seed } : {}) },
  );
}

async function answerOf<Step>(driven: Driven<Step>, step: Step): Promise<unknown> {
  try {
    return canonical(await driven.take(step));
  } catch (error) {
    return { thrown: error instanceof Refusal ? error.reason : "a fault" };
  }
}
