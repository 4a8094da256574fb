import { z } from "zod";
import { settingNotes } from "./config.ts";

const SECRET_MIN = 32;

/** What a development run seals its keys with, for everybody to know. */
export const devSigningKeySecret = "development-only-known-to-everybody";

/**
 * The secret that a service's private keys are sealed with in its database, see `sealed.ts`. It has
 * no default, and production refuses the one of a development run.
 */
export const signingKeySecret = () =>
  z.string().min(SECRET_MIN, `must have at least ${SECRET_MIN} characters`).register(settingNotes, {
    example: "the output of openssl rand -base64 32",
    refusedInProduction: devSigningKeySecret,
  });
