import type { Registration } from "./registration.ts";
import { sortedRoles, type User, type UserRole } from "./user.ts";

/** What is announced about an account. */
export interface UserRegistered {
  readonly type: "UserRegistered";
  readonly userId: string;
  readonly name: string;
  readonly version: number;
  readonly at: Date;
}

export interface RegisteredUser {
  readonly user: User;
  readonly facts: readonly [UserRegistered];
}

/** Makes an account, which is announced once. Whoever registers by themselves is a customer. */
export function registerUser(
  { name, email, emailKey }: Pick<Registration, "name" | "email" | "emailKey">,
  {
    id,
    at,
    roles = ["customer"],
  }: { readonly id: string; readonly at: Date; readonly roles?: readonly UserRole[] },
): RegisteredUser {
  const user: User = {
    id,
    name,
    email,
    emailKey,
    roles: sortedRoles(roles),
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
  return { user, facts: [{ type: "UserRegistered", userId: id, name, version: 1, at }] };
}
