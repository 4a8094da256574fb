import { createHmac } from "node:crypto";
import type { Author } from "../domain/review.ts";

/** Turns accounts into authors, and what they bought into what names neither. Nothing turns them back: without the secret not even a guess can be tried. */
export interface Authors {
  of(accountId: string): Author;
  /** What an order or a booking is known by here, of the key of its messages, such as `order/17`. */
  ofPurchase(key: string): string;
}

/** By HMAC-SHA256 with a secret that is in no database. */
export function authorsBy(secret: string): Authors {
  const hash = (what: string, text: string) =>
    createHmac("sha256", secret).update(`${what}\0`).update(text, "utf8").digest("hex");
  return {
    of: (accountId) => hash("author", accountId),
    ofPurchase: (key) => hash("purchase", key),
  };
}
