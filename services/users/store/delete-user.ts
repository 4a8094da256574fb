import { Refusal } from "@app/platform/errors.ts";
import { appendToOutbox } from "@app/platform/messaging/outbox.ts";
import { eq, or } from "drizzle-orm";
import { changedMeanwhile, provePassword } from "./change-user.ts";
import { deletedMessage } from "./messages.ts";
import { isOperator, users } from "./tables.ts";
import { userNotFound } from "./users.ts";
import type { CallContext, UsersApi } from "./users-api.ts";

/**
 * Deletes an account by its own owner, who proves the password once more, and announces it in the same
 * transaction. Its sessions end with it; access tokens are good until they expire. The last operator
 * stays: nobody could make another.
 */
export async function deleteOwnUser(
  api: UsersApi,
  id: string,
  { password, ...call }: CallContext & { readonly password: string },
): Promise<void> {
  const proof = { given: password, field: "password", ...call };
  const hashBefore = await provePassword(api, id, proof);
  await api.db.transaction(async (tx) => {
    // All operators at once, in one order: two of them cannot both be the last but one.
    const { passwordHash, roles, version } = users;
    const locked = await tx.q
      .select({ id: users.id, passwordHash, roles, version })
      .from(users)
      .where(or(eq(users.id, id), isOperator))
      .orderBy(users.id)
      .for("update");
    const own = locked.find((row) => row.id === id);
    if (!own) throw userNotFound();
    if (own.passwordHash !== hashBefore) throw changedMeanwhile();
    if (own.roles.includes("operator") && locked.length === 1)
      throw new Refusal("conflict", "last_operator", "this is the last operator");

    await tx.q.delete(users).where(eq(users.id, id));
    const deleted = { userId: id, version: own.version + 1, at: api.clock.now() };
    await appendToOutbox(tx, [deletedMessage(deleted, tx.messageIds)]);
  });
}
