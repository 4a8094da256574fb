import { createHash } from "node:crypto";
import { Refusal } from "@app/platform/errors.ts";
import { idempotencyKeys } from "@app/platform/messaging/tables.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { and, eq } from "drizzle-orm";
import type { Author } from "../domain/review.ts";

/** A caller's promise that requests under this key are one request. */
export interface Idempotency {
  /** Whose key it is: keys of different people never meet. */
  readonly scope: Author;
  readonly key: string;
  /** What was asked for: its kind and its parsed, trimmed fields. */
  readonly requestHash: string;
}

/** Undefined without a key. Of two requests under one key, `asked` tells whether they are the same. */
export function idempotencyOf(
  key: string | undefined,
  scope: Author,
  asked: readonly string[],
): Idempotency | undefined {
  if (key === undefined) return undefined;
  const requestHash = createHash("sha256").update(JSON.stringify(asked)).digest("base64url");
  return { scope, key, requestHash };
}

/** The id of what was made under this key before. Refuses a key that was used for something else. */
export async function findReplay(
  { q }: Database,
  idempotency: Idempotency | undefined,
): Promise<string | undefined> {
  if (idempotency === undefined) return undefined;
  const { scope, key, requestHash } = idempotency;
  const [kept] = await q
    .select({ id: idempotencyKeys.resourceId, requestHash: idempotencyKeys.requestHash })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.scope, scope), eq(idempotencyKeys.key, key)));
  if (kept === undefined || kept.requestHash === requestHash) return kept?.id;
  const text = "idempotency key was used for another request";
  throw new Refusal("mismatch", "idempotency_key_reused", text);
}

/** Keeps the key in the transaction that makes what it stands for, so that a refused request keeps none. */
export async function keepKey(
  { q }: Transaction,
  idempotency: Idempotency | undefined,
  resourceId: string,
): Promise<void> {
  if (idempotency !== undefined)
    await q.insert(idempotencyKeys).values({ ...idempotency, resourceId });
}
