import type { Clock } from "@app/platform/clock.ts";
import { demoPassword, demoPeople } from "@app/platform/demo-people.ts";
import type { Log } from "@app/platform/log.ts";
import type { Database } from "@app/platform/postgres.ts";
import { registerUser } from "../domain/register-user.ts";
import { readRegistration } from "../domain/registration.ts";
import type { UserRole } from "../domain/user.ts";
import type { Passwords } from "./passwords.ts";
import { addUser, findUserByEmail } from "./users.ts";

export interface FirstUsersSettings {
  readonly db: Database;
  readonly passwords: Passwords;
  readonly clock: Clock;
  readonly log: Log;
}

export interface FirstUser {
  /** Drawn where none is given. */
  readonly id?: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly roles: readonly UserRole[];
}

/** Who is there to try everything with. Their password is known to all the world. */
export const demoUsers: readonly FirstUser[] = (
  [
    ["Carla Customer", demoPeople.customer, ["customer"]],
    ["Oskar Organiser", demoPeople.organiser, ["customer", "organiser"]],
    ["Olga Operator", demoPeople.operator, ["customer", "operator"]],
    ["Vera Viewer", demoPeople.viewer, ["customer", "viewer"]],
  ] as const
).map(([name, who, roles]) => ({ ...who, name, password: demoPassword, roles }));

/** Who gives the first roles to others. */
export const firstOperator = (of: Pick<FirstUser, "email" | "password">): FirstUser => ({
  ...of,
  name: "Operator",
  roles: ["customer", "operator"],
});

/**
 * Makes accounts that must be there from the beginning, where their address has none. One that is
 * there is left as it is, whoever made it: addresses are not proved, so a role or a password given
 * to it might be given to a stranger. Safe with several starting at once.
 */
export async function requireUsers(
  settings: FirstUsersSettings,
  wanted: readonly FirstUser[],
): Promise<void> {
  for (const user of wanted) await requireUser(settings, user);
}

async function requireUser(
  { db, passwords, clock, log }: FirstUsersSettings,
  { id = Bun.randomUUIDv7(), roles, ...given }: FirstUser,
): Promise<void> {
  const registration = readRegistration(given);
  const there = await findUserByEmail(db, registration.emailKey);
  if (there) {
    const lacking = roles.filter((role) => !there.roles.includes(role));
    if (lacking.length === 0) return;
    const fields = { userId: there.id, lacking };
    return log.warn("the account of a first user is there without its roles", fields);
  }
  const passwordHash = await passwords.hash(registration.password);
  const made = registerUser(registration, { id, at: clock.now(), roles });
  try {
    await addUser(db, made, passwordHash);
    log.info("first user made", { userId: made.user.id, roles });
  } catch (error) {
    // Another replica was faster.
    if (!(await findUserByEmail(db, registration.emailKey))) throw error;
  }
}
