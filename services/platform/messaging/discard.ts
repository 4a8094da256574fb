import { crashPoint } from "../crash-point.ts";
import { repeatedOnContention } from "./database-faults.ts";
import {
  alreadyResolved,
  otherRevision,
  passLetter,
  turnOf,
  unknownLetter,
} from "./dead-letter-turn.ts";
import type { RedriveOptions } from "./redrive.ts";

/** What a person does to a letter, and why. */
export interface LetterAct {
  readonly id: number;
  readonly actor: string;
  readonly reason: string;
  /** The revision that the person looked at; undefined takes the letter as it is. */
  readonly revision?: number | undefined;
}

export interface ResolvedLetter {
  readonly id: number;
  readonly state: "dead" | "discarded";
  readonly revision: number;
}

/**
 * Gives a dead letter up: its lane moves past it without running its handler, and what is parked
 * behind it gets its turn. Any letter that is dead and blocks its lane can be discarded, one without
 * a key always.
 */
export async function discardLetter<S>(
  { store, order, headsMayRun }: RedriveOptions<S>,
  { id, actor, reason, revision }: LetterAct,
): Promise<ResolvedLetter> {
  const letter = await store.findDeadLetter(id);
  if (!letter) throw unknownLetter();
  if (letter.state !== "dead") throw alreadyResolved(letter);
  if (revision !== undefined && revision !== letter.revision) {
    throw otherRevision({ id, revision });
  }

  await repeatedOnContention(() =>
    store.transaction(async (tx) => {
      const turn = await turnOf(tx, letter, order);
      if (!turn.ok) throw turn.refusal;
      if (!(await tx.resolveDeadLetter(letter, "discarded"))) throw otherRevision(letter);
      if (turn.lane) await passLetter(tx, turn.lane);
      await tx.audit({
        actor,
        action: "discard",
        target: `dead-letter/${id}`,
        detail: { key: letter.key, version: letter.version, revision: letter.revision, reason },
      });
      crashPoint("discard.before-commit");
    }),
  );
  crashPoint("discard.after-commit");
  headsMayRun();
  return { id, state: "discarded", revision: letter.revision };
}
