import { z } from "zod";
import { duration, natsUrl, nkeySeed, postgresUrl, wholeNumber } from "../settings.ts";

/** Requests that wait for connections must not hold up the messages that let them go on. */
export const coreConnectionsMax = 4;

/** What the core reads from the environment, for a service's schema to spread. */
export const messagingSettings = {
  DATABASE_URL: postgresUrl(),
  /** The owner's role, which may change tables; the default is the same as `DATABASE_URL`. */
  DATABASE_MIGRATE_URL: postgresUrl().optional(),
  DATABASE_CONNECTIONS_MAX: wholeNumber({ min: 2, max: 200 }).prefault("10"),
  NATS_URL: natsUrl(),
  NATS_NKEY_SEED: nkeySeed().optional(),
  STREAM_REPLICAS: wholeNumber({ min: 1, max: 5 }).prefault("1"),
  /** `apply` makes missing streams at start; `expect` leaves that to a deployment job. */
  TOPOLOGY: z.enum(["apply", "expect"], "must be apply or expect").default("apply"),
  OUTBOX_KEEP: duration().prefault("48h"),
  /** How long dead letters are kept after they were resolved, and redrive runs after their end. */
  DEAD_LETTERS_KEEP: duration().prefault("90d"),
  ATTEMPTS_MAX: wholeNumber({ min: 1, max: 100 }).prefault("5"),
  RETRY_BASE: duration().prefault("250ms"),
  /** A message whose handler takes longer has failed. */
  HANDLER_TIMEOUT: duration().prefault("4s"),
  PARKED_PER_LANE_MAX: wholeNumber({ min: 1, max: 100_000 }).prefault("1000"),
  /** How long a lane waits for a version before the stream is asked for it. */
  LANE_GAP_AFTER: duration().prefault("30s"),
  /** How often it is checked that no message was lost unseen. */
  RECONCILE_EVERY: duration().prefault("10s"),
  PARKED_MAX: wholeNumber({ min: 1, max: 10_000_000 }).prefault("100000"),
};

export type MessagingSettings = z.output<z.ZodObject<typeof messagingSettings>>;
