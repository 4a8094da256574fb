import type { JsonObject } from "@bufbuild/protobuf";
import { crashPoint } from "../crash-point.ts";
import { Refusal } from "../errors.ts";
import type { AuditEntry } from "./audit.ts";
import { isBlameless, repeatedOnContention } from "./database-faults.ts";
import { alreadyResolved, otherRevision, turnOf, unknownLetter } from "./dead-letter-turn.ts";
import { describeError } from "./describe-error.ts";
import type { FieldChange, InboxTransaction, StoredDeadLetter } from "./inbox.ts";
import type { EditedPayload, PayloadEditor } from "./payload-editor.ts";
import { type RedriveOptions, redriving, runInPlace, withoutKey } from "./redrive.ts";

/** What a person writes instead of a letter's payload. */
export interface LetterChange {
  readonly id: number;
  /** The whole payload, as the JSON of its contract. */
  readonly payload: JsonObject;
  readonly actor: string;
  readonly reason: string;
  /** The revision that the person looked at. */
  readonly revision: number;
  /** Also runs it, in the same transaction. */
  readonly redrive?: boolean | undefined;
  /** Checks it, shows the difference and stores nothing. */
  readonly dryRun?: boolean | undefined;
}

export type LetterEdited = {
  /** As it stands now. */
  readonly revision: number;
  readonly difference: readonly FieldChange[];
} & (
  | { readonly outcome: "checked" | "edited" | "done" }
  /** Its handler failed with the new payload, so that the old one stands as before. */
  | { readonly outcome: "failed"; readonly error: string }
);

/** A letter that was edited so often is no longer a matter of edits. */
const revisionsMax = 100;

/**
 * Gives a dead letter a new payload, as a new revision of the same row: key, version, type and event
 * id stay, and the bytes that came are kept. With `redrive` the new revision is run in the same
 * transaction: either it takes effect and nothing is left to run, or nothing happened at all.
 */
export async function editLetter<S>(
  options: RedriveOptions<S>,
  editor: PayloadEditor,
  change: LetterChange,
): Promise<LetterEdited> {
  const letter = await editableLetter(options, change);
  const edited = editor.edit(letter, change.payload);
  const { difference } = edited;
  if (change.dryRun) return { outcome: "checked", revision: letter.revision, difference };
  if (difference.length === 0) {
    const text = "the payload says what is there already: redrive the letter as it is";
    throw new Refusal("conflict", "payload_unchanged", text);
  }

  try {
    const store = () =>
      options.store.transaction((tx) => revise(tx, options, { letter, edited, change }));
    await (change.redrive ? redriving(letter, options, store) : repeatedOnContention(store));
  } catch (error) {
    if (error instanceof Refused) throw error.refusal;
    // All that is left to fail by itself is the handler.
    if (!change.redrive || isBlameless(error)) throw error;
    const text = describeError(error);
    await options.store.transaction((tx) => tx.audit(auditOf(letter, change, { failed: text })));
    return { outcome: "failed", error: text, revision: letter.revision, difference };
  }
  crashPoint("edit.after-commit");
  if (change.redrive) options.headsMayRun();
  return {
    outcome: change.redrive ? "done" : "edited",
    revision: letter.revision + 1,
    difference,
  };
}

async function editableLetter<S>(
  { store }: RedriveOptions<S>,
  { id, revision }: LetterChange,
): Promise<StoredDeadLetter> {
  const letter = await store.findDeadLetter(id);
  if (!letter) throw unknownLetter();
  if (letter.state !== "dead") throw alreadyResolved(letter);
  if (letter.key === null) throw withoutKey();
  if (letter.revision !== revision) throw otherRevision({ id, revision });
  if (letter.revision >= revisionsMax) {
    const text = `a letter has at most ${revisionsMax} revisions`;
    throw new Refusal("conflict", "too_many_revisions", text);
  }
  return letter;
}

interface Edit {
  readonly letter: StoredDeadLetter;
  readonly edited: EditedPayload;
  readonly change: LetterChange;
}

async function revise<S>(
  tx: InboxTransaction<S>,
  options: RedriveOptions<S>,
  { letter, edited, change }: Edit,
): Promise<void> {
  const { actor, reason, redrive = false } = change;
  // Lanes are locked before letters, as a redrive does at the same time.
  const turn = redrive ? await turnOf(tx, letter, options.order) : undefined;
  if (turn && !turn.ok) throw new Refused(turn.refusal);
  const revised = await tx.reviseDeadLetter(letter, { ...edited, actor, reason });
  if (!revised) throw new Refused(otherRevision(letter));
  if (redrive) {
    const refusal = await runInPlace(tx, revised, options);
    if (refusal) throw new Refused(refusal);
  }
  await tx.audit(auditOf(revised, change, { outcome: redrive ? "done" : "edited" }));
  crashPoint("edit.before-commit");
}

/** Ends the transaction with nothing done, and is no failure of the handler. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

function auditOf(
  { id, key, version, revision }: StoredDeadLetter,
  { actor, reason, redrive = false }: LetterChange,
  ended: { readonly outcome: "edited" | "done" } | { readonly failed: string },
): AuditEntry {
  const outcome = "failed" in ended ? { outcome: "failed", error: ended.failed } : ended;
  return {
    actor,
    action: redrive ? "edit and redrive" : "edit",
    target: `dead-letter/${id}`,
    detail: { key, version, revision, reason, ...outcome },
  };
}
