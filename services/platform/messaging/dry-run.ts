import type { Refusal } from "../errors.ts";
import { isBlameless } from "./database-faults.ts";
import { describeError } from "./describe-error.ts";
import { readHeld } from "./held-message.ts";
import type { StoredDeadLetter } from "./inbox.ts";
import { untraced } from "./message-spans.ts";
import { type RedriveOptions, runInPlace, withoutKey } from "./redrive.ts";

/** What a redrive of a letter would come to at this moment. */
export type Trial =
  | { readonly verdict: "would_succeed" }
  | { readonly verdict: "would_fail" | "refused" | "not_tried"; readonly error: string };

/**
 * Redrives a letter in a transaction that is always rolled back. That is safe because a handler
 * changes nothing but through its stores. A letter that has ended its process is not tried, nor any
 * when `mayRun` is false; what can be read is read by the contracts as they are now all the same.
 */
export async function tryRedrive<S>(
  options: RedriveOptions<S>,
  letter: StoredDeadLetter,
  { mayRun }: { readonly mayRun: boolean },
): Promise<Trial> {
  const { key, version } = letter;
  if (key === null || version === null) return refused(withoutKey());
  const reading = options.rules.payloads.read(readHeld({ ...letter, key, version }));
  if (!reading.ok) return { verdict: "would_fail", error: reading.error };
  if (letter.reason === "left_behind") {
    return { verdict: "not_tried", error: "its handler may end the process again" };
  }
  if (!mayRun) return { verdict: "not_tried", error: "there was no time left to try it" };

  try {
    await untraced(() =>
      options.store.transaction(async (tx): Promise<never> => {
        throw new TrialOver(await runInPlace(tx, letter, options));
      }),
    );
  } catch (error) {
    if (error instanceof TrialOver) {
      return error.refusal ? refused(error.refusal) : { verdict: "would_succeed" };
    }
    const verdict = isBlameless(error) ? "not_tried" : "would_fail";
    return { verdict, error: describeError(error) };
  }
  throw new Error("a trial was committed");
}

const refused = ({ message }: Refusal): Trial => ({ verdict: "refused", error: message });

/** Rolls the trial back. */
class TrialOver extends Error {
  readonly refusal: Refusal | undefined;

  constructor(refusal: Refusal | undefined) {
    super("the trial is over");
    this.refusal = refusal;
  }
}
