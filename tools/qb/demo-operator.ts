import { demoPassword, demoPeople } from "@app/platform/demo-people.ts";
import { z } from "zod";

/** An account that every dev run has, with a password that all the world knows. */
export const demoOperator = { email: demoPeople.operator.email, password: demoPassword } as const;

/** A password is hashed slowly on purpose, and on a busy machine slower still. */
const SIGN_IN_LIMIT_MS = 20_000;
const SignedIn = z.object({ token: z.string() });

/** A fresh token of the demo's operator, good for ten minutes; undefined where nobody gives one. */
export async function demoOperatorToken(usersUrl: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${usersUrl}/api/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(demoOperator),
      signal: AbortSignal.timeout(SIGN_IN_LIMIT_MS),
    });
    return SignedIn.safeParse(await response.json()).data?.token;
  } catch {
    return undefined; // The call that needs a token is refused, and says why.
  }
}
