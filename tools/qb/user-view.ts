import { z } from "zod";

/** An account as users shows it to operators. */
export const UserView = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  roles: z.array(z.string()),
  createdAt: z.string(),
});

export type UserView = z.infer<typeof UserView>;

export const UsersView = z.object({ users: z.array(UserView), nextCursor: z.string().nullable() });

export const EndedSessionsView = z.object({ ended: z.number() });

export const SignedInView = z.object({ token: z.string(), expiresIn: z.number() });

export const RotatedKeysView = z.object({
  kid: z.string(),
  signsFrom: z.string(),
  ending: z.array(z.object({ kid: z.string(), verifiesUntil: z.string() })),
});
