import { readConfig, settingNotes } from "@app/platform/config.ts";
import { serviceSettings } from "@app/platform/service-settings.ts";
import { duration, port, wholeNumber } from "@app/platform/settings.ts";
import { signingKeySecret } from "@app/platform/signing-key-secret.ts";
import { z } from "zod";

const shape = {
  ...serviceSettings,
  PORT: port().prefault("8383"),
  METRICS_PORT: port().prefault("9104"),
  /** What the keys that sign tokens are sealed with in the database. */
  SIGNING_KEY_SECRET: signingKeySecret(),
  /** From sign-in to the end of a session, however often it is refreshed. */
  SESSION_LIFETIME: duration().prefault("30d"),
  /** Failed sign-ins of one account in five minutes. */
  SIGN_IN_FAILURES_PER_ACCOUNT: wholeNumber({ min: 1, max: 100_000 }).prefault("10"),
  /** Failed sign-ins from one network address in five minutes. */
  SIGN_IN_FAILURES_PER_ADDRESS: wholeNumber({ min: 1, max: 100_000 }).prefault("100"),
  /** Registrations from one network address in an hour. */
  REGISTRATIONS_PER_ADDRESS: wholeNumber({ min: 1, max: 100_000 }).prefault("100"),
  /** Whether browsers may send cookies without TLS. */
  SECURE_COOKIES: z
    .enum(["on", "off"], "must be on or off")
    .register(settingNotes, { example: "on", refusedInProduction: "off" })
    .default("on"),
  /** The account of the first operator; it is made where the address has none. */
  OPERATOR_EMAIL: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "must be an address")
    .register(settingNotes, { example: "ops@example.com" })
    .optional(),
  OPERATOR_PASSWORD: z
    .string()
    .min(8, "must have 8 to 200 characters")
    .max(200, "must have 8 to 200 characters")
    .register(settingNotes, { example: "a long sentence" })
    .optional(),
  /** Makes the three people of the demo, whose password is known. */
  DEMO: z
    .enum(["off", "on"], "must be off or on")
    .register(settingNotes, { example: "off", refusedInProduction: "on" })
    .default("off"),
};

/** Everything that users reads from its environment. */
export const UsersConfig = z.object(shape).superRefine((settings, { addIssue }) => {
  const { OPERATOR_EMAIL: email, OPERATOR_PASSWORD: password } = settings;
  if ((email === undefined) === (password === undefined)) return;
  const missing = email === undefined ? "OPERATOR_EMAIL" : "OPERATOR_PASSWORD";
  addIssue({ code: "custom", path: [missing], message: "is required with the other of the two" });
});

export const readUsersConfig = () => readConfig(UsersConfig);
