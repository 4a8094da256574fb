import { messageContracts } from "@app/contracts/messages.ts";
import { systemClock } from "@app/platform/clock.ts";
import { outbox } from "@app/platform/messaging/tables.ts";
import { openPool, type Pool } from "@app/platform/postgres.ts";
import { systemRandom } from "@app/platform/random.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { fromBinary, type Message, toJsonString } from "@bufbuild/protobuf";
import { asc } from "drizzle-orm";
import { readSubject } from "../domain/subject.ts";
import { addReview } from "../store/add-review.ts";
import { authorsBy } from "../store/authors.ts";
import { reviewsInvariants } from "../store/invariants.ts";
import { addPurchase } from "../store/purchases.ts";
import type { ReviewsApi } from "../store/reviews-api.ts";
import type { PurchaseState } from "../store/tables.ts";

/** A database of one test's own, and what it takes to write reviews there. */
export interface World extends AsyncDisposable {
  readonly db: Pool;
  readonly api: ReviewsApi;
  /** Lets somebody have bought things, as the consumers would say. */
  bought(accountId: string, subject: string, state?: PurchaseState): Promise<void>;
  /** Has somebody buy and review something, and returns the review's id. */
  reviewed(accountId: string, subject: string, rating?: number): Promise<string>;
  /** What waits in the outbox, decoded, oldest first. */
  announced(): Promise<readonly Announcement[]>;
  /** Every breach of what is always true. */
  breaches(): Promise<readonly string[]>;
  query(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export interface Announcement {
  readonly subject: string;
  readonly key: string;
  readonly version: number;
  readonly message: Message & Record<string, unknown>;
  /** As people would read it. */
  readonly text: string;
}

/** A crowd queues for one rating: on a busy machine for longer than a caller would wait. */
const patiently = { lockTimeoutMs: 30_000, statementTimeoutMs: 30_000 } as const;

export const testAuthors = authorsBy("a secret of the tests, long enough");

export async function reviewsWorld({
  writesMax = 1_000,
}: {
  readonly writesMax?: number;
} = {}): Promise<World> {
  const database = await temporaryDatabase("reviews");
  const db = openPool({ ...patiently, url: database.url, connectionsMax: 8, name: "reviews test" });
  const api = { db, authors: testAuthors, writesMax, clock: systemClock, random: systemRandom };
  let count = 0;
  const bought: World["bought"] = (accountId, subject, state = "CONFIRMED") => {
    count += 1;
    const purchase = `order/${count}`;
    const [author, subjects] = [api.authors.of(accountId), [readSubject(subject)]];
    return db.transaction((tx) => addPurchase(tx, { purchase, author, subjects, state }));
  };
  return {
    db,
    api,
    bought,
    async reviewed(accountId, subject, rating = 4) {
      await bought(accountId, subject);
      const wanted = { subject: readSubject(subject), rating, text: "Good." };
      return (await addReview(api, accountId, wanted)).review.id;
    },
    announced: async () => (await db.q.select().from(outbox).orderBy(asc(outbox.id))).map(decoded),
    breaches: () => breachesIn(db),
    query: async (statement) => [...(await db.q.execute(statement))],
    async [Symbol.asyncDispose]() {
      await db.close(1_000);
      await database[Symbol.asyncDispose]();
    },
  };
}

async function breachesIn(db: Pool): Promise<readonly string[]> {
  const slice = { cursor: undefined, rowsMax: 10_000, breachesMax: 20, sentKeepMs: 3_600_000 };
  const looks = await Promise.all(
    reviewsInvariants.map(async ({ name, look }) => {
      const { breaches } = await db.transaction((tx) => look(tx, slice));
      return breaches.map(({ about, problem }) => `${name}: ${about} ${problem}`);
    }),
  );
  return looks.flat();
}

function decoded(row: typeof outbox.$inferSelect): Announcement {
  const { subject, key, version, payload, headers } = row;
  const contract = messageContracts.find((known) => subject.startsWith(`${known.subject}.`));
  if (!contract) throw new Error(`no contract has ${subject}`);
  const message = fromBinary(contract.schema, payload);
  return {
    subject,
    key,
    version,
    message: message as Message & Record<string, unknown>,
    text: `${subject} ${headers} ${toJsonString(contract.schema, message)}`,
  };
}
