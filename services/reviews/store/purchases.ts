import type { Database, Transaction } from "@app/platform/postgres.ts";
import { and, eq, ne, sql } from "drizzle-orm";
import type { Standing } from "../domain/refusals.ts";
import type { Author } from "../domain/review.ts";
import { type Subject, subjectText } from "../domain/subject.ts";
import { hasLeft } from "./forget-author.ts";
import { type PurchaseState, purchases } from "./tables.ts";

/** An order or booking that was heard of. */
export interface Purchase {
  /** The keyed hash of its messages' key. */
  readonly purchase: string;
  readonly author: Author;
  readonly subjects: readonly Subject[];
  readonly state: PurchaseState;
}

/** Takes in a new order or booking. One that is known stays as it is; of whoever left none is kept. */
export async function addPurchase({ q }: Transaction, bought: Purchase): Promise<void> {
  const { purchase, author, subjects, state } = bought;
  const texts = [...new Set(subjects.map(subjectText))].toSorted();
  await q.execute(sql`
    insert into ${purchases} (purchase, subject, author, state)
    select ${purchase}::text, s.subject, ${author}::text, ${state}::text
    from unnest(${sql.param(texts)}::text[]) with ordinality as s (subject, n) 
    where not ${hasLeft(author)} order by s.n
    on conflict do nothing`);
}

/** Takes in what became of one. A cancelled one stays so. */
export async function settlePurchase(
  { q }: Transaction,
  purchase: string,
  state: Exclude<PurchaseState, "WAITING">,
): Promise<void> {
  await q
    .update(purchases)
    .set({ state })
    .where(and(eq(purchases.purchase, purchase), ne(purchases.state, "CANCELLED")));
}

const standings = { CONFIRMED: "confirmed", WAITING: "waiting", CANCELLED: "cancelled" } as const;
const best: readonly PurchaseState[] = ["CONFIRMED", "WAITING", "CANCELLED"];

/** How far somebody has come with a subject: what came furthest of all they ordered or booked of it. */
export async function standingOf(
  { q }: Database,
  author: Author,
  subject: Subject,
): Promise<Standing> {
  const rows = await q
    .selectDistinct({ state: purchases.state })
    .from(purchases)
    .where(and(eq(purchases.author, author), eq(purchases.subject, subjectText(subject))));
  const state = best.find((wanted) => rows.some(({ state }) => state === wanted));
  return state === undefined ? "nothing" : standings[state];
}
