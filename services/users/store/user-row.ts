import type { User } from "../domain/user.ts";
import { users } from "./tables.ts";

/** Everything of an account but what it proves itself by. */
export const userColumns = {
  id: users.id,
  name: users.name,
  email: users.email,
  emailKey: users.emailKey,
  roles: users.roles,
  version: users.version,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
};

/** The columns of a new account. */
export function newRow(user: User, passwordHash: string): typeof users.$inferInsert {
  return { ...user, passwordHash };
}
