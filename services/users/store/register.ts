import { crashPoint } from "@app/platform/crash-point.ts";
import { registerUser } from "../domain/register-user.ts";
import type { Registration } from "../domain/registration.ts";
import type { User } from "../domain/user.ts";
import { takeRegistrationAttempt } from "./attempts.ts";
import { addUser } from "./users.ts";
import type { CallContext, UsersApi } from "./users-api.ts";

/**
 * Makes an account for whoever asks. An address that is taken costs as much as one that is free, so
 * that only the answer, which is counted, tells them apart.
 */
export async function register(
  { db, passwords, limits, clock }: UsersApi,
  registration: Registration,
  { address, signal }: CallContext,
): Promise<User> {
  await takeRegistrationAttempt(db, address, limits);
  const passwordHash = await passwords.hash(registration.password, signal);
  const made = registerUser(registration, { id: Bun.randomUUIDv7(), at: clock.now() });
  const user = await addUser(db, made, passwordHash);
  crashPoint("request.after-commit-before-reply");
  return user;
}
