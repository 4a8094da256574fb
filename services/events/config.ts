import { ConfigError, readConfig, settingNotes } from "@app/platform/config.ts";
import { serviceSettings } from "@app/platform/service-settings.ts";
import { filePath, port } from "@app/platform/settings.ts";
import { z } from "zod";

/** Everything that events reads from its environment. */
export const EventsConfig = z.object({
  ...serviceSettings,
  PORT: port().prefault("8181"),
  /** The same over TLS, when there is a certificate. */
  HTTPS_PORT: port().prefault("9191"),
  TLS_CERT_FILE: filePath("cert.pem").optional(),
  TLS_KEY_FILE: filePath("key.pem").optional(),
  METRICS_PORT: port().prefault("9102"),
  /** Fills a new database with locations and events. */
  DEMO: z
    .enum(["off", "on"], "must be off or on")
    .register(settingNotes, { example: "off", refusedInProduction: "on" })
    .default("off"),
});

export type EventsSettings = z.output<typeof EventsConfig>;

export const readEventsConfig = () => readConfig(EventsConfig);

/** Where HTTPS is served and with which certificate; undefined without one. Half of one is refused. */
export function httpsOf({ HTTPS_PORT: port, TLS_CERT_FILE, TLS_KEY_FILE }: EventsSettings) {
  if (TLS_CERT_FILE === undefined && TLS_KEY_FILE === undefined) return undefined;
  if (TLS_CERT_FILE !== undefined && TLS_KEY_FILE !== undefined)
    return { port, certFile: TLS_CERT_FILE, keyFile: TLS_KEY_FILE };
  const [name, problem, example] =
    TLS_CERT_FILE === undefined
      ? ["TLS_CERT_FILE", "is required beside TLS_KEY_FILE", "cert.pem"]
      : ["TLS_KEY_FILE", "is required beside TLS_CERT_FILE", "key.pem"];
  throw new ConfigError([{ name, problem, example }]);
}
