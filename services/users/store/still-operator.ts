import { invalidToken } from "@app/platform/auth-cookie.ts";
import { Refusal } from "@app/platform/errors.ts";
import type { Queries } from "@app/platform/postgres.ts";
import { and, eq } from "drizzle-orm";
import { isUserId } from "./caller.ts";
import { isAcceptedKey, isOperator, signingKeys, users } from "./tables.ts";

/** Who acts as an operator, for the audit too, and by a token of which key. */
export interface Operator {
  readonly actor: string;
  readonly keyId: string | undefined;
}

/**
 * Refuses an operator whose account has lost the role since its token was made, or whose token's key
 * was given up. What is done here outlives a token: whoever could do it once more could give the role
 * back to themselves. Until the transaction ends nobody takes the role away.
 */
export async function requireStillOperator(q: Queries, { actor, keyId }: Operator): Promise<void> {
  await requireAcceptedKey(q, keyId);
  if (!isUserId(actor)) throw noLongerOperator();
  const [row] = await q
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, actor), isOperator))
    .for("share");
  if (!row) throw noLongerOperator();
}

/**
 * Refuses a token whose key nobody accepts any more. Verifiers know that a minute later, and a thief
 * of the key could use the minute to have a token of its successor.
 */
export async function requireAcceptedKey(q: Queries, keyId: string | undefined): Promise<void> {
  if (keyId === undefined) throw invalidToken();
  const [key] = await q
    .select({ kid: signingKeys.kid })
    .from(signingKeys)
    .where(and(eq(signingKeys.kid, keyId), isAcceptedKey));
  if (!key) throw invalidToken();
}

export function noLongerOperator(): Refusal {
  return new Refusal("forbidden", "role_missing", "needs the role operator");
}
