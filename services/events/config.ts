import { readConfig, settingNotes } from "@app/platform/config.ts";
import { serviceSettings } from "@app/platform/service-settings.ts";
import { port } from "@app/platform/settings.ts";
import { z } from "zod";

/** Everything that events reads from its environment. */
export const EventsConfig = z.object({
  ...serviceSettings,
  PORT: port().prefault("8181"),
  METRICS_PORT: port().prefault("9102"),
  /** Fills a new database with locations and events. */
  DEMO: z
    .enum(["off", "on"], "must be off or on")
    .register(settingNotes, { example: "off", refusedInProduction: "on" })
    .default("off"),
});

export const readEventsConfig = () => readConfig(EventsConfig);
