import { readConfig, settingNotes } from "@app/platform/config.ts";
import { serviceSettings } from "@app/platform/service-settings.ts";
import { duration, port, wholeNumber } from "@app/platform/settings.ts";
import { signingKeySecret } from "@app/platform/signing-key-secret.ts";
import { z } from "zod";

/** Everything that bookings reads from its environment. */
export const BookingsConfig = z.object({
  ...serviceSettings,
  PORT: port().prefault("8282"),
  METRICS_PORT: port().prefault("9103"),
  /** What the keys that sign tickets are sealed with in the database. */
  SIGNING_KEY_SECRET: signingKeySecret(),
  /** How long seats are held for somebody who has not booked yet. */
  HOLD_FOR: duration().prefault("10m"),
  /** Open holds of one customer. */
  HOLDS_PER_CUSTOMER_MAX: wholeNumber({ min: 1, max: 100_000 }).prefault("10"),
  /** Books seats of the demo's events. */
  DEMO: z
    .enum(["off", "on"], "must be off or on")
    .register(settingNotes, { example: "off", refusedInProduction: "on" })
    .default("off"),
});

export const readBookingsConfig = () => readConfig(BookingsConfig);
