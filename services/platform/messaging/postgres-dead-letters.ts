import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Queries } from "../postgres.ts";
import type { InboxTransaction, LetterSeen, StoredDeadLetter } from "./inbox.ts";
import { deadLetterRevisions, deadLetters } from "./tables.ts";

type DeadLettersInTransaction = Pick<
  InboxTransaction<unknown>,
  "addDeadLetter" | "deadVersions" | "resolveDeadLetter" | "restoreDeadLetter" | "reviseDeadLetter"
>;

/** One consumer's dead letters in an open transaction, see `InboxTransaction`. */
export function deadLettersIn(q: Queries, consumer: string): DeadLettersInTransaction {
  return {
    async addDeadLetter(letter) {
      const { sequence, ...columns } = letter;
      const [row] = await q
        .insert(deadLetters)
        .values({
          consumer,
          streamSequence: sequence,
          eventId: columns.eventId,
          key: columns.key,
          version: columns.version,
          stream: columns.stream,
          subject: columns.subject,
          headers: columns.headers,
          payload: columns.payload,
          publishedAt: columns.publishedAt,
          attempts: columns.attempts,
          error: columns.error,
          firstFailedAt: columns.firstFailedAt,
          lastFailedAt: columns.lastFailedAt,
          reason: columns.reason,
        })
        .onConflictDoNothing()
        .returning({ id: deadLetters.id });
      return row?.id;
    },

    async deadVersions(keys) {
      if (keys.length === 0) return new Map();
      const rows = await q
        .select({ key: deadLetters.key, version: deadLetters.version })
        .from(deadLetters)
        .where(
          and(
            eq(deadLetters.consumer, consumer),
            inArray(deadLetters.key, [...keys]),
            eq(deadLetters.state, "dead"),
          ),
        );
      const versions = new Map<string, Set<number>>();
      for (const { key, version } of rows) {
        if (key === null || version === null) continue;
        versions.set(key, (versions.get(key) ?? new Set()).add(version));
      }
      return versions;
    },

    async resolveDeadLetter(seen, state) {
      const [row] = await q
        .update(deadLetters)
        .set({ state, resolvedAt: sql`now()` })
        .where(asSeen(consumer, seen, "dead"))
        .returning();
      return row && toStored(row);
    },

    async restoreDeadLetter(seen) {
      const [row] = await q
        .update(deadLetters)
        .set({ state: "dead", resolvedAt: null })
        .where(asSeen(consumer, seen, "discarded"))
        .returning();
      return row && toStored(row);
    },

    async reviseDeadLetter(seen, { payload, actor, reason, difference }) {
      // The bytes that came are a revision like the others from the first edit on.
      await q.execute(sql`
        insert into ${deadLetterRevisions} (letter_id, revision, payload, at)
        select ${deadLetters.id}, ${deadLetters.revision}, ${deadLetters.payload},
          ${deadLetters.createdAt}
        from ${deadLetters} where ${asSeen(consumer, seen, "dead")} and ${deadLetters.revision} = 1
        on conflict do nothing`);
      const [row] = await q
        .update(deadLetters)
        .set({ payload, revision: seen.revision + 1 })
        .where(asSeen(consumer, seen, "dead"))
        .returning();
      if (!row) return undefined;
      await q
        .insert(deadLetterRevisions)
        .values({ letterId: row.id, revision: row.revision, payload, actor, reason, difference });
      return toStored(row);
    },
  };
}

/** The letter, as long as it is in this state and of the revision that was seen. */
export const asSeen = (
  consumer: string,
  { id, revision }: LetterSeen,
  state: StoredDeadLetter["state"],
): SQL | undefined =>
  and(
    eq(deadLetters.consumer, consumer),
    eq(deadLetters.id, id),
    eq(deadLetters.state, state),
    eq(deadLetters.revision, revision),
  );

const toStored = (row: typeof deadLetters.$inferSelect): StoredDeadLetter => ({
  ...row,
  sequence: row.streamSequence,
});
