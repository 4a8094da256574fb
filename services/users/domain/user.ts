/** What people may do beside what everybody may. A service's own role is never an account's. */
export const userRoles = ["customer", "operator", "organiser", "viewer"] as const;

export type UserRole = (typeof userRoles)[number];

/** One account. What it proves itself by is not part of it. */
export interface User {
  /** A UUIDv7, the subject of all its tokens. */
  readonly id: string;
  readonly name: string;
  /** As it was written. */
  readonly email: string;
  /** What makes two spellings one address, see `email.ts`. */
  readonly emailKey: string;
  /** Sorted, without repetition. */
  readonly roles: readonly UserRole[];
  /** Messages announced about it. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Roles in their one order, each once. */
export function sortedRoles(roles: readonly UserRole[]): readonly UserRole[] {
  return userRoles.filter((role) => roles.includes(role));
}
