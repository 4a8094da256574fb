import { z } from "zod";
import { type User, userRoles } from "../domain/user.ts";
import type { Tokens } from "../store/sign-in.ts";

const instant = z.iso.datetime();

/** An account as its owner sees it. */
export const UserView = z.object({
  id: z.uuid(),
  name: z.string(),
  email: z.string(),
  roles: z.array(z.enum(userRoles)),
  createdAt: instant,
  /** The same as `createdAt` until it changes. */
  updatedAt: instant,
});

export type UserView = z.infer<typeof UserView>;

/** What signing in and refreshing answer; a browser finds its tokens in cookies instead. */
export const TokensView = z.object({
  message: z.literal("success"),
  token: z.string().optional(),
  /** For how many seconds the token is good. */
  expiresIn: z.number().int().positive(),
  refreshToken: z.string().optional(),
});

export const DoneView = z.object({ message: z.literal("success") });

export function viewOf({ id, name, email, roles, createdAt, updatedAt }: User): UserView {
  return {
    id,
    name,
    email,
    roles: [...roles],
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function tokensView({ token, expiresIn, refreshToken }: Tokens) {
  return { message: "success", token, expiresIn, refreshToken } as const;
}
