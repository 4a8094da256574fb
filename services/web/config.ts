import { readConfig } from "@app/platform/config.ts";
import { httpUrls, logLevel, networks, port, wholeNumber } from "@app/platform/settings.ts";
import { tracingSettings } from "@app/platform/tracing-settings.ts";
import { z } from "zod";

/** Everything that web reads from its environment. It has no database, no broker and no keys. */
export const WebConfig = z.object({
  ...tracingSettings,
  LOG_LEVEL: logLevel(),
  /** The address to listen on. */
  HOST: z.string().default("127.0.0.1"),
  PORT: port().prefault("3000"),
  METRICS_PORT: port().prefault("9105"),
  /** Proxies whose word on who called, and whether by TLS, counts. */
  TRUSTED_PROXIES: networks().optional(),
  /** Answers that go on, of all callers together: each costs memory here. */
  STREAMS_MAX: wholeNumber({ min: 1, max: 60_000 }).prefault("5000"),
  /** How many requests the runtime sends at the same time; it reads that once, when it starts. */
  BUN_CONFIG_MAX_HTTP_REQUESTS: wholeNumber({ min: 1, max: 65_535 }).prefault("256"),
  /** Where the replicas of each service answer, in turn. */
  ORDERS_URL: httpUrls().prefault("http://127.0.0.1:8080"),
  INVENTORY_URL: httpUrls().prefault("http://127.0.0.1:8090"),
  EVENTS_URL: httpUrls().prefault("http://127.0.0.1:8181"),
  BOOKINGS_URL: httpUrls().prefault("http://127.0.0.1:8282"),
  USERS_URL: httpUrls().prefault("http://127.0.0.1:8383"),
  REVIEWS_URL: httpUrls().prefault("http://127.0.0.1:8484"),
});

export type WebSettings = z.output<typeof WebConfig>;

export const readWebConfig = () => readConfig(WebConfig);

/** Calls that are answered at once, beside the streams. */
const CALLS_MAX = 1_000;

/**
 * Sees to it that as many streams as allowed can be open at the services: each is a request that goes
 * on, and the runtime queues what is above its limit. Where that is too low this process starts anew,
 * under its own id, with one that is enough.
 */
export function requireRequests(settings: WebSettings): void {
  const needed = settings.STREAMS_MAX + CALLS_MAX;
  if (settings.BUN_CONFIG_MAX_HTTP_REQUESTS >= needed) return;
  const { execPath, execArgv, argv, env } = process;
  process.execve?.(execPath, [execPath, ...execArgv, ...argv.slice(1)], {
    ...env,
    BUN_CONFIG_MAX_HTTP_REQUESTS: String(needed),
  });
}
