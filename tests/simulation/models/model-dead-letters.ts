import type {
  InboxTransaction,
  LetterSeen,
  StoredDeadLetter,
} from "@app/platform/messaging/inbox.ts";
import { type ConsumerTables, placeOf } from "./messaging-tables.ts";
import type { OpenTransaction } from "./model-client.ts";
import type { ModelTransaction } from "./model-transaction.ts";

type DeadLettersInTransaction = Pick<
  InboxTransaction<unknown>,
  "addDeadLetter" | "deadVersions" | "resolveDeadLetter" | "restoreDeadLetter" | "reviseDeadLetter"
>;

/** One consumer's dead letters in an open transaction, as `deadLettersIn` has it on Postgres. */
export function modelDeadLetters(
  tx: OpenTransaction,
  tables: ConsumerTables,
): DeadLettersInTransaction {
  return {
    addDeadLetter: (letter) =>
      tx.run("inbox.addDeadLetter", (statement) => {
        // The number is drawn before the conflict is found, as Postgres does.
        const id = tx.server.next("dead_letters");
        const { key, version, eventId } = letter;
        const place = key === null || version === null ? eventId : placeOf(key, version);
        statement.lock(tables.deadLetterPlaces, place);
        if (statement.get(tables.deadLetterPlaces, place) !== undefined) return undefined;
        statement.put(tables.deadLetterPlaces, place, id);
        const row = { ...letter, id, state: "dead" as const, revision: 1 };
        const times = { createdAt: statement.now, resolvedAt: null };
        const marked = [tables.attempts.committed.get(eventId), tables.parked.committed.get(place)];
        const leftBehind = Math.max(...marked.map((tries) => tries?.abandoned ?? 0));
        statement.put(tables.marks, id, leftBehind);
        statement.put(tables.deadLetters, id, { ...row, ...times });
        return id;
      }),

    deadVersions: async (keys) => {
      if (keys.length === 0) return new Map();
      return tx.run("inbox.deadVersions", (statement) => {
        const versions = new Map<string, Set<number>>();
        for (const { key, version, state } of statement.rows(tables.deadLetters)) {
          if (state !== "dead" || key === null || version === null || !keys.includes(key)) continue;
          versions.set(key, (versions.get(key) ?? new Set()).add(version));
        }
        return versions;
      });
    },

    resolveDeadLetter: (seen, state) =>
      tx.run("inbox.resolveDeadLetter", (statement) =>
        changeLetter(statement, tables, { seen, state: "dead" }, (letter) => ({
          ...letter,
          state,
          resolvedAt: statement.now,
        })),
      ),

    restoreDeadLetter: (seen) =>
      tx.run("inbox.restoreDeadLetter", (statement) =>
        changeLetter(statement, tables, { seen, state: "discarded" }, (letter) => ({
          ...letter,
          state: "dead",
          resolvedAt: null,
        })),
      ),

    reviseDeadLetter: (seen, { payload, actor, reason, difference }) =>
      tx.run("inbox.reviseDeadLetter", (statement) =>
        changeLetter(statement, tables, { seen, state: "dead" }, (letter) => {
          const { id, revision, createdAt } = letter;
          const came = { letterId: id, revision, payload: letter.payload, at: createdAt };
          if (revision === 1)
            statement.put(tables.revisions, placeOf(String(id), 1), { ...came, ...uneditedBy });
          const edited = { letterId: id, revision: revision + 1, payload, actor, reason };
          statement.put(tables.revisions, placeOf(String(id), edited.revision), {
            ...edited,
            difference,
            at: statement.now,
          });
          return { ...letter, payload, revision: edited.revision };
        }),
      ),
  };
}

const uneditedBy = { actor: null, reason: null, difference: null };

/** Changes a letter as long as it is in this state and of the revision that was seen. */
export function changeLetter(
  statement: ModelTransaction,
  { deadLetters }: ConsumerTables,
  { seen, state }: { readonly seen: LetterSeen; readonly state: StoredDeadLetter["state"] },
  change: (letter: StoredDeadLetter) => StoredDeadLetter,
): StoredDeadLetter | undefined {
  const letter = statement.get(deadLetters, seen.id);
  if (letter?.state !== state || letter.revision !== seen.revision) return undefined;
  // Locked first: whoever has it may make another of it, and then the statement looks again.
  statement.lock(deadLetters, seen.id);
  const changed = change(letter);
  statement.put(deadLetters, seen.id, changed);
  return changed;
}
