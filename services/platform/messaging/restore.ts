import { crashPoint } from "../crash-point.ts";
import { Refusal } from "../errors.ts";
import { repeatedOnContention } from "./database-faults.ts";
import { otherRevision, unknownLetter } from "./dead-letter-turn.ts";
import type { LetterAct, ResolvedLetter } from "./discard.ts";
import type { InboxTransaction, StoredDeadLetter } from "./inbox.ts";
import type { RedriveOptions } from "./redrive.ts";

/**
 * Takes a discard back: the letter is dead again and, as long as no later message of its key has
 * run or was given up, the blocked head of its lane again. Else it is refused, because its effect
 * would come out of order. A letter without a key can always be restored.
 */
export async function restoreLetter<S>(
  { store, order }: RedriveOptions<S>,
  { id, actor, reason, revision }: LetterAct,
): Promise<ResolvedLetter> {
  const letter = await store.findDeadLetter(id);
  if (!letter) throw unknownLetter();
  if (letter.state !== "discarded") {
    const text = `dead letter ${id} is ${letter.state}: only a discarded one can be restored`;
    throw new Refusal("conflict", "dead_letter_not_discarded", text);
  }
  if (revision !== undefined && revision !== letter.revision) {
    throw otherRevision({ id, revision });
  }

  await repeatedOnContention(() =>
    store.transaction(async (tx) => {
      if (order === "key") await reopen(tx, letter);
      if (!(await tx.restoreDeadLetter(letter))) throw otherRevision(letter);
      await tx.audit({
        actor,
        action: "restore",
        target: `dead-letter/${id}`,
        detail: { key: letter.key, version: letter.version, revision: letter.revision, reason },
      });
      crashPoint("restore.before-commit");
    }),
  );
  crashPoint("restore.after-commit");
  return { id, state: "dead", revision: letter.revision };
}

async function reopen<S>(
  tx: InboxTransaction<S>,
  { key, version }: StoredDeadLetter,
): Promise<void> {
  if (key === null || version === null) return;
  const lane = (await tx.lockLanes([key])).get(key);
  if (lane?.version !== version) {
    const text = `its lane stands at version ${lane?.version}: a later message of ${key} was handled or given up`;
    throw new Refusal("conflict", "lane_moved", text);
  }
  await tx.reopenLane(lane);
}
