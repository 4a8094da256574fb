import { readConfig } from "@app/platform/config.ts";
import { httpUrl, logLevel, networks, port, wholeNumber } from "@app/platform/settings.ts";
import { z } from "zod";

/** Everything that web reads from its environment. It has no database, no broker and no keys. */
export const WebConfig = z.object({
  LOG_LEVEL: logLevel(),
  /** The address to listen on. */
  HOST: z.string().default("127.0.0.1"),
  PORT: port().prefault("3000"),
  METRICS_PORT: port().prefault("9105"),
  /** Proxies whose word on who called, and whether by TLS, counts. */
  TRUSTED_PROXIES: networks().optional(),
  /** Answers that go on, of all callers together: each costs memory here. */
  STREAMS_MAX: wholeNumber({ min: 1, max: 1_000_000 }).prefault("5000"),
  ORDERS_URL: httpUrl().prefault("http://127.0.0.1:8080"),
  INVENTORY_URL: httpUrl().prefault("http://127.0.0.1:8090"),
  EVENTS_URL: httpUrl().prefault("http://127.0.0.1:8181"),
  BOOKINGS_URL: httpUrl().prefault("http://127.0.0.1:8282"),
  USERS_URL: httpUrl().prefault("http://127.0.0.1:8383"),
});

export type WebSettings = z.output<typeof WebConfig>;

export const readWebConfig = () => readConfig(WebConfig);
