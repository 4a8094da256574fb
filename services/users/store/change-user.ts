import { Refusal } from "@app/platform/errors.ts";
import { appendToAudit } from "@app/platform/messaging/audit.ts";
import type { Database } from "@app/platform/postgres.ts";
import { eq, or, sql } from "drizzle-orm";
import type { UserChange } from "../domain/sign-in-requests.ts";
import { sortedRoles, type User, type UserRole } from "../domain/user.ts";
import { takeSignInAttempt } from "./attempts.ts";
import { revokeSessionsOf } from "./sessions.ts";
import { noLongerOperator, type Operator, requireAcceptedKey } from "./still-operator.ts";
import { isOperator, users } from "./tables.ts";
import { userColumns } from "./user-row.ts";
import { findUser, userNotFound } from "./users.ts";
import type { CallContext, UsersApi } from "./users-api.ts";

/** Changes an account by its own owner. A new password ends every session. */
export async function changeOwnUser(
  api: UsersApi,
  id: string,
  { name, password, ...call }: UserChange & CallContext,
): Promise<User> {
  if (name === undefined && password === undefined) return findUser(api.db, id);
  const proved = password && (await provedChange(api, id, { ...password, ...call }));
  return api.db.transaction(async (tx) => {
    const [row] = await tx.q.select().from(users).where(eq(users.id, id)).for("update");
    if (!row) throw userNotFound();
    if (proved && row.passwordHash !== proved.hashBefore) throw changedMeanwhile();

    const [user] = await tx.q
      .update(users)
      .set({
        ...(name === undefined ? {} : { name }),
        ...(proved ? { passwordHash: proved.hash } : {}),
        updatedAt: sql`now()`,
      })
      .where(eq(users.id, id))
      .returning(userColumns);
    if (!user) throw userNotFound();
    if (proved) await revokeSessionsOf(tx, id, "password changed");
    return user;
  });
}

async function provedChange(
  api: UsersApi,
  id: string,
  { current, next, ...call }: NonNullable<UserChange["password"]> & CallContext,
): Promise<{ readonly hashBefore: string; readonly hash: string }> {
  const hashBefore = await provePassword(api, id, {
    ...{ given: current, field: "currentPassword" },
    ...call,
  });
  return { hashBefore, hash: await api.passwords.hash(next, call.signal) };
}

interface GivenPassword extends CallContext {
  readonly given: string;
  /** Where it stands in the request. */
  readonly field: string;
}

/**
 * Who holds a token of somebody must not guess the password by it: each try counts as a sign-in.
 * Returns the hash that it was proved by.
 */
export async function provePassword(
  { db, passwords, limits }: UsersApi,
  id: string,
  { given, field, address, signal }: GivenPassword,
): Promise<string> {
  const { passwordHash: hashBefore, emailKey } = users;
  const [row] = await db.q.select({ hashBefore, emailKey }).from(users).where(eq(users.id, id));
  if (!row) throw userNotFound();
  const attempt = await takeSignInAttempt(db, { emailKey: row.emailKey, address }, limits);
  const isProved = await passwords.verify(given, row.hashBefore, signal).catch(async (error) => {
    await attempt.takeBack();
    throw error;
  });
  if (!isProved) throw new Refusal("forbidden", "wrong_password", `${field} is wrong`);
  await attempt.forgive();
  return row.hashBefore;
}

/** What an operator does to an account. */
export interface OperatorAct extends Operator {
  readonly userId: string;
}

/**
 * Sets what an account may do. It counts from the next refresh on, ten minutes at most. The role of
 * operator is not taken from the last one who has it: nobody could give it to anybody. Who acts has
 * the role until it is done, whatever a token says that was made before, and a token of a key that
 * still counts. Audited.
 */
export function setRoles(
  db: Database,
  { actor, keyId, userId }: OperatorAct,
  wanted: readonly UserRole[],
): Promise<User> {
  const roles = sortedRoles(wanted);
  return db.transaction(async ({ q }) => {
    await requireAcceptedKey(q, keyId);
    // All operators at once, in one order: two of them cannot take the role from each other.
    const locked = await q
      .select({ id: users.id, roles: users.roles })
      .from(users)
      .where(or(eq(users.id, userId), isOperator))
      .orderBy(users.id)
      .for("update");
    const before = locked.find(({ id }) => id === userId);
    if (!before) throw userNotFound();
    if (!locked.some(({ id, roles }) => id === actor && roles.includes("operator"))) {
      throw noLongerOperator();
    }
    const isLeft = locked.some(({ id, roles }) => id !== userId && roles.includes("operator"));
    if (before.roles.includes("operator") && !roles.includes("operator") && !isLeft) {
      throw new Refusal("conflict", "last_operator", "this is the last operator");
    }

    const [user] = await q
      .update(users)
      .set({ roles, updatedAt: sql`now()` })
      .where(eq(users.id, userId))
      .returning(userColumns);
    if (!user) throw userNotFound();
    const detail = { before: before.roles.join(" "), after: roles.join(" ") };
    await appendToAudit(q, { actor, action: "set roles", target: `user/${userId}`, detail });
    return user;
  });
}

/** Ends every session of an account; access tokens end by themselves within ten minutes. Audited. */
export function endSessions(db: Database, { actor, keyId, userId }: OperatorAct): Promise<number> {
  return db.transaction(async (tx) => {
    await requireAcceptedKey(tx.q, keyId);
    const [user] = await tx.q
      .select({ id: users.id })
      .from(users)
      .where(eq(users.id, userId))
      .for("update");
    if (!user) throw userNotFound();
    const ended = await revokeSessionsOf(tx, userId, "by an operator");
    const target = `user/${userId}`;
    await appendToAudit(tx.q, { actor, action: "end sessions", target, detail: { ended } });
    return ended;
  });
}

export function changedMeanwhile(): Refusal {
  return new Refusal("conflict", "user_changed", "the password was changed meanwhile");
}
