import { Refusal } from "../errors.ts";
import type { InboxTransaction, Lane, StoredDeadLetter } from "./inbox.ts";
import { moved } from "./lane.ts";

/** Whether a dead letter is what its key waits for; then with its lane, locked, where it has one. */
export type Turn =
  | { readonly ok: true; readonly lane: Lane | undefined }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Locks a dead letter's lane and says whether the letter is the one that blocks it. Without an order
 * or without a key there is no lane, and any time is the letter's turn.
 */
export async function turnOf<S>(
  tx: InboxTransaction<S>,
  { key, version }: Pick<StoredDeadLetter, "key" | "version">,
  order: "key" | "latest",
): Promise<Turn> {
  if (order === "latest" || key === null || version === null) return { ok: true, lane: undefined };
  const lane = (await tx.lockLanes([key])).get(key);
  if (!lane) throw new Error(`lane ${key} was not locked`);
  if (lane.blocked && lane.version + 1 === version) return { ok: true, lane };
  if (lane.version >= version || !lane.blocked) {
    const text = `its lane stands at version ${lane.version}`;
    return { ok: false, refusal: new Refusal("conflict", "lane_moved", text) };
  }
  const text = `version ${lane.version + 1} of ${key} is a dead letter before it: resolve that first`;
  return { ok: false, refusal: new Refusal("conflict", "not_its_turn", text) };
}

/**
 * Moves a locked lane past the dead letter that blocked it. It stays blocked where the next version
 * is a dead letter too, which happens when this one was discarded once and restored.
 */
export async function passLetter<S>(tx: InboxTransaction<S>, lane: Lane): Promise<void> {
  const past = moved(lane);
  const dead = (await tx.deadVersions([lane.key])).get(lane.key);
  await tx.saveLanes([{ ...past, blocked: dead?.has(past.version + 1) ?? false }]);
}

export const unknownLetter = () => new Refusal("not_found", "dead_letter_not_found", "not found");

/** What was to be done to a letter that is another by now. */
export const alreadyResolved = ({ id }: Pick<StoredDeadLetter, "id">) =>
  new Refusal("conflict", "dead_letter_resolved", `dead letter ${id} is no longer dead`);

/** Somebody else was faster by a moment: with a redrive or a discard, or with an edit. */
export const changedMeanwhile = ({ id }: Pick<StoredDeadLetter, "id">) =>
  new Refusal(
    "conflict",
    "dead_letter_resolved",
    `dead letter ${id} was resolved or edited just now`,
  );

/** Its caller looked at an older revision, or it was edited between two statements. */
export const otherRevision = ({ id, revision }: Pick<StoredDeadLetter, "id" | "revision">) =>
  new Refusal(
    "conflict",
    "dead_letter_edited",
    `dead letter ${id} is no longer at revision ${revision}; look at it again`,
  );
