import { Refusal } from "@app/platform/errors.ts";
import type { Queries } from "@app/platform/postgres.ts";
import { and, eq } from "drizzle-orm";
import { isUserId } from "./caller.ts";
import { isOperator, users } from "./tables.ts";

/**
 * Refuses an operator whose account has lost the role since its token was made. What is done here
 * outlives a token: whoever could do it once more could give the role back to themselves. Until the
 * transaction ends nobody takes the role away.
 */
export async function requireStillOperator(q: Queries, actor: string): Promise<void> {
  if (!isUserId(actor)) throw noLongerOperator();
  const [row] = await q
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, actor), isOperator))
    .for("share");
  if (!row) throw noLongerOperator();
}

export function noLongerOperator(): Refusal {
  return new Refusal("forbidden", "role_missing", "needs the role operator");
}
