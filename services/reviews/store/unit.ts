import type { RowRef } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { asc, sql } from "drizzle-orm";
import type { Subject } from "../domain/subject.ts";
import type { Authors } from "./authors.ts";
import { forgetAuthor, lockLeaving } from "./forget-author.ts";
import { addPurchase, settlePurchase } from "./purchases.ts";
import { type PurchaseState, purchases } from "./tables.ts";

/** What handlers of messages may do, in their batch's transaction. Accounts become authors here. */
export interface ReviewsStores {
  readonly purchases: PurchasesStore;
  readonly people: PeopleStore;
}

export interface PurchasesStore {
  /** Takes in an order or booking by the key of its messages. The row must have been named. */
  add(bought: {
    readonly purchase: string;
    readonly accountId: string;
    readonly subjects: readonly Subject[];
    readonly state: PurchaseState;
  }): Promise<void>;
  /** Takes in what became of one. */
  settle(purchase: string, state: "CONFIRMED" | "CANCELLED"): Promise<void>;
}

export interface PeopleStore {
  /** Cuts what an account wrote off from it. The row must have been named. */
  forget(accountId: string): Promise<void>;
}

const TABLES: readonly string[] = ["writers", "purchases"];

export function reviewsUnit(tx: Transaction, authors: Authors): ServiceUnit<ReviewsStores> {
  return {
    stores: {
      purchases: {
        add: ({ accountId, purchase, ...bought }) =>
          addPurchase(tx, {
            ...bought,
            purchase: authors.ofPurchase(purchase),
            author: authors.of(accountId),
          }),
        settle: (purchase, state) => settlePurchase(tx, authors.ofPurchase(purchase), state),
      },
      people: { forget: (accountId) => forgetAuthor(tx, authors.of(accountId)) },
    },
    async lock(rows) {
      await lockLeaving(tx, keysOf(rows, "writers").map(authors.of));
      const keys = [...new Set(keysOf(rows, "purchases").map(authors.ofPurchase))].toSorted();
      if (keys.length === 0) return;
      await tx.q
        .select({ purchase: purchases.purchase })
        .from(purchases)
        .where(sql`${purchases.purchase} = any(${sql.param(keys)}::text[])`)
        .orderBy(asc(purchases.purchase), asc(purchases.subject))
        .for("update");
    },
  };
}

function keysOf(rows: readonly RowRef[], table: "writers" | "purchases"): readonly string[] {
  const unknown = rows.find((row) => !TABLES.includes(row.table));
  if (unknown) throw new Error(`reviews has no table ${unknown.table} that messages change`);
  return rows.filter((row) => row.table === table).map(({ key }) => key);
}
