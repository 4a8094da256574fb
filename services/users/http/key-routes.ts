import { Elysia } from "elysia";
import { z } from "zod";
import type { UsersApi } from "../store/users-api.ts";

const KeySetView = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      crv: z.string(),
      x: z.string(),
      kid: z.string(),
      use: z.string(),
      alg: z.string(),
    }),
  ),
});

/** Shorter than a new key is only published, so that nobody's copy lacks the key that signs. */
const MAX_AGE_SECONDS = 60;

/** By what anybody verifies our tokens. */
export const keyRoutes = ({ keys }: Pick<UsersApi, "keys">) =>
  new Elysia().get(
    "/.well-known/jwks.json",
    ({ set }) => {
      set.headers["cache-control"] = `public, max-age=${MAX_AGE_SECONDS}`;
      return keys.keySet();
    },
    { response: KeySetView },
  );
