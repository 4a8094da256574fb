import { createHmac } from "node:crypto";
import type { Author } from "../domain/review.ts";

/** Turns accounts into authors. Nothing turns them back: without the secret not even a guess can be tried. */
export interface Authors {
  of(accountId: string): Author;
}

/** By HMAC-SHA256 with a secret that is in no database. */
export function authorsBy(secret: string): Authors {
  return {
    of: (accountId) =>
      createHmac("sha256", secret).update("author\0").update(accountId, "utf8").digest("hex"),
  };
}
