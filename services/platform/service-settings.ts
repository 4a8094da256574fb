import { z } from "zod";
import { messagingSettings } from "./messaging/settings.ts";
import { streamsPerCallerMax } from "./open-streams.ts";
import { authMode, httpUrl, logLevel, networks, origins, port, wholeNumber } from "./settings.ts";
import { tracingSettings } from "./tracing-settings.ts";

/** What every service reads from its environment, for its own schema to spread. */
export const serviceSettings = {
  ...messagingSettings,
  ...tracingSettings,
  AUTH: authMode(),
  /** Where the public keys of whoever issues tokens are. */
  JWKS_URL: httpUrl().optional(),
  LOG_LEVEL: logLevel(),
  /** The address to listen on. */
  HOST: z.string().default("127.0.0.1"),
  /** Proxies whose word on who called counts. */
  TRUSTED_PROXIES: networks().optional(),
  /** Origins whose pages may call this service directly, with their reader's credentials. */
  CORS_ORIGINS: origins().optional(),
  /** Open streams of one caller, or of one network address where no caller is known. */
  STREAMS_PER_CALLER_MAX: wholeNumber({ min: 1, max: 100_000 }).prefault(
    String(streamsPerCallerMax),
  ),
  PORT: port(),
  METRICS_PORT: port(),
};

export type ServiceSettings = z.output<z.ZodObject<typeof serviceSettings>>;
