import { createHash } from "node:crypto";
import { Refusal } from "@app/platform/errors.ts";
import { idempotencyKeys } from "@app/platform/messaging/tables.ts";
import type { Database } from "@app/platform/postgres.ts";
import { and, eq, type SQL, sql } from "drizzle-orm";

/** A caller's promise that requests under this key are one request. */
export interface Idempotency {
  /** Whose key it is: keys of different callers never meet. */
  readonly scope: string;
  readonly key: string;
  /** What was asked for: its kind and its parsed, trimmed fields. */
  readonly requestHash: string;
}

/** Something that was made by this request, or before under the same key. */
export interface Made<T> {
  readonly made: T;
  readonly replayed: boolean;
}

/** Undefined without a key. Of two requests under one key, `asked` tells whether they are the same. */
export function idempotencyOf(
  key: string | undefined,
  scope: string,
  asked: readonly (string | number)[],
): Idempotency | undefined {
  if (key === undefined) return undefined;
  const requestHash = createHash("sha256").update(JSON.stringify(asked)).digest("base64url");
  return { scope, key, requestHash };
}

/**
 * Makes something once under a key. `make` stores the key in the statement that makes it, by
 * `keyInsert`, so that a refused request keeps no key. Whatever `make` is refused for, another
 * request under the same key may have been the reason, down to the last seat: then its outcome is
 * the answer. Refuses a key that was used for something else.
 */
export async function once<T>(
  db: Database,
  idempotency: Idempotency | undefined,
  { make, find }: { readonly make: () => Promise<T>; readonly find: (id: string) => Promise<T> },
): Promise<Made<T>> {
  if (idempotency === undefined) return { made: await make(), replayed: false };
  const before = await findReplay(db, idempotency);
  if (before !== undefined) return { made: await find(before), replayed: true };
  try {
    return { made: await make(), replayed: false };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const meanwhile = await findReplay(db, idempotency);
    if (meanwhile === undefined) throw refusal;
    return { made: await find(meanwhile), replayed: true };
  }
}

/** The id of what was made under this key before. */
async function findReplay(
  { q }: Database,
  { scope, key, requestHash }: Idempotency,
): Promise<string | undefined> {
  const [kept] = await q
    .select({ id: idempotencyKeys.resourceId, requestHash: idempotencyKeys.requestHash })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.scope, scope), eq(idempotencyKeys.key, key)));
  if (kept === undefined || kept.requestHash === requestHash) return kept?.id;
  const text = "idempotency key was used for another request";
  throw new Refusal("mismatch", "idempotency_key_reused", text);
}

/**
 * The part of a statement that stores the key with the id of each row of `made`. Of two requests at
 * once the second breaks the primary key, and all that its statement did is undone.
 */
export function keyInsert(idempotency: Idempotency | undefined, made: SQL): SQL {
  if (idempotency === undefined) return sql`select`;
  const { scope, key, requestHash } = idempotency;
  return sql`
    insert into ${idempotencyKeys} (scope, key, resource_id, request_hash)
    select ${scope}::text, ${key}::text, id::text, ${requestHash}::text from ${made}`;
}
