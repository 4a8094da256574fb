import { Refusal } from "@app/platform/errors.ts";
import { appendToOutbox } from "@app/platform/messaging/outbox.ts";
import type { Database } from "@app/platform/postgres.ts";
import { eq } from "drizzle-orm";
import type { RegisteredUser } from "../domain/register-user.ts";
import type { User } from "../domain/user.ts";
import { toMessage } from "./messages.ts";
import { refusing } from "./refusals.ts";
import { users } from "./tables.ts";
import { newRow, userColumns } from "./user-row.ts";

/**
 * Stores a new account and what is announced of it together. An address that has an account, in any
 * spelling, is refused: of many requests at once exactly one makes it.
 */
export function addUser(
  db: Database,
  { user, facts }: RegisteredUser,
  passwordHash: string,
): Promise<User> {
  return db.transaction(async (tx) => {
    await refusing(tx.q.insert(users).values(newRow(user, passwordHash)));
    await appendToOutbox(
      tx,
      facts.map((fact) => toMessage(fact, tx.messageIds)),
    );
    return user;
  });
}

/** One account, or a refusal: a token may outlive the account it was made for. */
export async function findUser({ q }: Database, id: string): Promise<User> {
  const [user] = await q.select(userColumns).from(users).where(eq(users.id, id));
  if (!user) throw userNotFound();
  return user;
}

/** The account of an address, if there is one. */
export async function findUserByEmail(
  { q }: Database,
  emailKey: string,
): Promise<User | undefined> {
  const [user] = await q.select(userColumns).from(users).where(eq(users.emailKey, emailKey));
  return user;
}

/** What the account of an address proves itself by, if there is one. */
export async function findProof(
  { q }: Database,
  emailKey: string,
): Promise<{ readonly user: User; readonly passwordHash: string } | undefined> {
  const [row] = await q
    .select({ ...userColumns, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.emailKey, emailKey));
  if (!row) return undefined;
  const { passwordHash, ...user } = row;
  return { user, passwordHash };
}

export function userNotFound(): Refusal {
  return new Refusal("not_found", "user_not_found", "not found");
}
