import { crashPoint } from "../crash-point.ts";
import { Refusal } from "../errors.ts";
import type { AuditEntry } from "./audit.ts";
import { type BatchRules, runAll } from "./batch.ts";
import { isBlameless, repeatedOnContention } from "./database-faults.ts";
import { describeError } from "./describe-error.ts";
import { readHeld } from "./held-message.ts";
import type { InboxStore, InboxTransaction, StoredDeadLetter } from "./inbox.ts";
import { moved, placeIn } from "./lane.ts";

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
}

/**
 * Runs a dead letter's handler from the stored row, in place, and publishes nothing again. Lane,
 * letter and effect change in one transaction, so it happens exactly once however often it is
 * asked for, and concerns nobody but this consumer. Refuses a letter that is unknown, no longer
 * dead, or that can never run.
 */
export async function redrive<S>(
  options: RedriveOptions<S>,
  id: number,
  actor: string,
): Promise<RedriveOutcome> {
  const { store, headsMayRun } = options;
  const letter = await store.findDeadLetter(id);
  if (!letter) throw new Refusal("not_found", "dead_letter_not_found", "not found");
  if (letter.state !== "dead") throw alreadyResolved(letter);

  const done = auditOf(letter, actor, { outcome: "done" });
  let refusal: Refusal | undefined;
  try {
    refusal = await repeatedOnContention(() =>
      store.transaction(async (tx) => {
        const refused = await inPlace(tx, letter, options);
        if (!refused) await tx.audit(done);
        return refused;
      }),
    );
  } catch (error) {
    if (isBlameless(error)) throw error;
    const text = describeError(error);
    const failed = auditOf(letter, actor, { outcome: "failed", error: text });
    await store.recordRedriveFailure(letter, text, failed);
    return { outcome: "failed", error: text };
  }
  if (refusal) throw refusal;
  crashPoint("redrive.after-commit");
  headsMayRun();
  return { outcome: "done" };
}

/** Returns why it may not run; whatever the handler throws is the handler's. */
async function inPlace<S>(
  tx: InboxTransaction<S>,
  letter: StoredDeadLetter,
  { rules, order }: RedriveOptions<S>,
): Promise<Refusal | undefined> {
  const { key, version } = letter;
  if (key === null || version === null) {
    return new Refusal(
      "conflict",
      "dead_letter_without_key",
      "its headers name no key and version, so no lane can run it",
    );
  }
  const message = readHeld({ ...letter, key, version });
  const lane = order === "key" ? (await tx.lockLanes([key])).get(key) : undefined;
  if (lane && (!lane.blocked || placeIn({ ...lane, blocked: false }, version) !== "next")) {
    return new Refusal("conflict", "lane_moved", `its lane stands at version ${lane.version}`);
  }
  if (!(await tx.resolveDeadLetter(letter, "done"))) return alreadyResolved(letter);

  const reading = rules.payloads.read(message);
  if (!reading.ok) throw new Error(reading.error);
  await runAll(
    tx,
    [{ message, handler: rules.handlers.get(message.type), body: reading.body }],
    rules,
  );
  if (lane) await tx.saveLanes([{ ...moved(lane), blocked: false }]);
  crashPoint("redrive.before-commit");
  return undefined;
}

function auditOf(
  { id, key, version }: StoredDeadLetter,
  actor: string,
  outcome: RedriveOutcome,
): AuditEntry {
  return {
    actor,
    action: "redrive",
    target: `dead-letter/${id}`,
    detail: { key, version, ...outcome },
  };
}

const alreadyResolved = ({ id }: StoredDeadLetter) =>
  new Refusal("conflict", "dead_letter_resolved", `dead letter ${id} is no longer dead`);
