import { z } from "zod";
import { messagingSettings } from "./messaging/settings.ts";
import { authMode, httpUrl, logLevel, networks, port } from "./settings.ts";

/** What every service reads from its environment, for its own schema to spread. */
export const serviceSettings = {
  ...messagingSettings,
  AUTH: authMode(),
  /** Where the public keys of whoever issues tokens are. */
  JWKS_URL: httpUrl().optional(),
  LOG_LEVEL: logLevel(),
  /** The address to listen on. */
  HOST: z.string().default("127.0.0.1"),
  /** Proxies whose word on who called counts. */
  TRUSTED_PROXIES: networks().optional(),
  PORT: port(),
  METRICS_PORT: port(),
};

export type ServiceSettings = z.output<z.ZodObject<typeof serviceSettings>>;
