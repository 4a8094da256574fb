import { asc, eq } from "drizzle-orm";
import type { Database } from "../postgres.ts";
import { unknownLetter } from "./dead-letter-turn.ts";
import type { PayloadViewer } from "./ops-payload.ts";
import type { RevisionsView } from "./ops-repair-views.ts";
import { deadLetterRevisions, deadLetters } from "./tables.ts";

/** Every revision of a dead letter, the one that came first. One that was never edited has just that. */
export async function listRevisions(
  { q }: Database,
  payloads: PayloadViewer,
  id: number,
): Promise<RevisionsView> {
  const [letter] = await q.select().from(deadLetters).where(eq(deadLetters.id, id));
  if (!letter) throw unknownLetter();
  const kept = await q
    .select()
    .from(deadLetterRevisions)
    .where(eq(deadLetterRevisions.letterId, id))
    .orderBy(asc(deadLetterRevisions.revision));
  const { revision, payload, createdAt: at } = letter;
  const asItCame = { revision, payload, at, actor: null, reason: null, difference: null };
  const revisions = kept.length > 0 ? kept : [asItCame];
  return {
    id,
    revision,
    revisions: revisions.map(({ revision, actor, reason, at, payload, difference }) => ({
      revision,
      actor,
      reason,
      at: at.toISOString(),
      payload: payloads.view({ ...letter, sequence: letter.streamSequence, payload }),
      difference: difference ?? [],
    })),
  };
}
