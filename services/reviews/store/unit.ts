import type { RowRef } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { Transaction } from "@app/platform/postgres.ts";
import { asc, sql } from "drizzle-orm";
import type { Subject } from "../domain/subject.ts";
import type { Authors } from "./authors.ts";
import { forgetAuthor } from "./forget-author.ts";
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
  /** Cuts what an account wrote off from it. */
  forget(accountId: string): Promise<void>;
}

const TABLE = "purchases";

export function reviewsUnit(tx: Transaction, authors: Authors): ServiceUnit<ReviewsStores> {
  return {
    stores: {
      purchases: {
        add: ({ accountId, ...bought }) =>
          addPurchase(tx, { ...bought, author: authors.of(accountId) }),
        settle: (purchase, state) => settlePurchase(tx, purchase, state),
      },
      people: { forget: (accountId) => forgetAuthor(tx, authors.of(accountId)) },
    },
    async lock(rows) {
      const keys = [...new Set(rows.map(purchaseOf))].toSorted();
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

function purchaseOf({ table, key }: RowRef): string {
  if (table !== TABLE) throw new Error(`reviews has no table ${table} that messages change`);
  return key;
}
