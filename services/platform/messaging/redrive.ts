import { crashPoint } from "../crash-point.ts";
import { Refusal } from "../errors.ts";
import { failActiveSpan } from "../spans.ts";
import type { AuditEntry } from "./audit.ts";
import { type BatchRules, runAll } from "./batch.ts";
import { isBlameless, repeatedOnContention } from "./database-faults.ts";
import {
  alreadyResolved,
  changedMeanwhile,
  passLetter,
  turnOf,
  unknownLetter,
} from "./dead-letter-turn.ts";
import { describeError } from "./describe-error.ts";
import { readHeld } from "./held-message.ts";
import type { InboxStore, InboxTransaction, StoredDeadLetter } from "./inbox.ts";
import { readHeaders } from "./incoming.ts";
import { processing } from "./message-spans.ts";

/** What a redrive did. `failed` leaves the letter as it was, with one attempt more and the new error. */
export type RedriveOutcome =
  | { readonly outcome: "done" }
  | { readonly outcome: "failed"; readonly error: string };

export interface RedriveOptions<S> {
  readonly store: InboxStore<S>;
  readonly rules: BatchRules<S>;
  readonly order: "key" | "latest";
  /** The lane is free again: what is parked behind the letter may run. */
  readonly headsMayRun: () => void;
  /** The redrive run that it is part of, for the audit. */
  readonly run?: number;
}

/**
 * Runs a dead letter's handler from the stored row, in place, and publishes nothing again. Lane,
 * letter and effect change in one transaction, so it happens exactly once however often it is
 * asked for, and concerns nobody but this consumer. Refuses a letter that is unknown, no longer
 * dead, not at its turn, or that can never run.
 */
export async function redrive<S>(
  options: RedriveOptions<S>,
  id: number,
  actor: string,
): Promise<RedriveOutcome> {
  const { store, headsMayRun, run } = options;
  const letter = await store.findDeadLetter(id);
  if (!letter) throw unknownLetter();
  if (letter.state !== "dead") throw alreadyResolved(letter);

  let refusal: Refusal | undefined;
  try {
    refusal = await redriving(letter, options, () =>
      store.transaction(async (tx) => {
        const refused = await runInPlace(tx, letter, options);
        if (refused) {
          failActiveSpan(refused);
          return refused;
        }
        await tx.audit(auditOf(letter, { actor, run, outcome: "done" }));
        crashPoint("redrive.before-commit");
        return undefined;
      }),
    );
  } catch (error) {
    if (isBlameless(error)) throw error;
    const text = describeError(error);
    const failed = auditOf(letter, { actor, run, outcome: "failed", error: text });
    await store.recordRedriveFailure(letter, text, failed);
    return { outcome: "failed", error: text };
  }
  if (refusal) throw refusal;
  crashPoint("redrive.after-commit");
  headsMayRun();
  return { outcome: "done" };
}

/** One transaction that runs a letter, in a span of the trace that the letter's message came in. */
export function redriving<S, T>(
  letter: StoredDeadLetter,
  { rules }: Pick<RedriveOptions<S>, "rules">,
  transaction: () => Promise<T>,
): Promise<T> {
  const processed = { consumer: rules.consumer, operation: "redrive" } as const;
  return processing([readHeaders(letter)], processed, () => repeatedOnContention(transaction));
}

/**
 * Takes a letter from dead to done and makes its effect, all in `tx`. Returns why it may not run;
 * whatever is thrown is the letter's or its handler's fault, and nothing of it may be committed.
 */
export async function runInPlace<S>(
  tx: InboxTransaction<S>,
  letter: StoredDeadLetter,
  { rules, order }: Pick<RedriveOptions<S>, "rules" | "order">,
): Promise<Refusal | undefined> {
  const { key, version } = letter;
  if (key === null || version === null) return withoutKey();
  const turn = await turnOf(tx, letter, order);
  if (!turn.ok) return turn.refusal;
  if (!(await tx.resolveDeadLetter(letter, "done"))) return changedMeanwhile(letter);
  crashPoint("redrive.after-resolve");

  const message = readHeld({ ...letter, key, version });
  const reading = rules.payloads.read(message);
  if (!reading.ok) throw new Error(reading.error);
  const handler = rules.handlers.get(message.type);
  await runAll(tx, [{ message, handler, body: reading.body }], rules);
  if (turn.lane) await passLetter(tx, turn.lane);
  return undefined;
}

export const withoutKey = () =>
  new Refusal(
    "conflict",
    "dead_letter_without_key",
    "its headers name no key and version, so no lane can run it: discard it once it was read",
  );

function auditOf(
  { id, key, version, revision }: StoredDeadLetter,
  { actor, run, ...outcome }: RedriveOutcome & { actor: string; run: number | undefined },
): AuditEntry {
  return {
    actor,
    action: "redrive",
    target: `dead-letter/${id}`,
    detail: { key, version, revision, ...(run === undefined ? {} : { run }), ...outcome },
  };
}
