import { readConfig, settingNotes } from "@app/platform/config.ts";
import { serviceSettings } from "@app/platform/service-settings.ts";
import { duration, port } from "@app/platform/settings.ts";
import { z } from "zod";

/** Everything that orders reads from its environment. */
export const OrdersConfig = z.object({
  ...serviceSettings,
  PORT: port().prefault("8080"),
  METRICS_PORT: port().prefault("9100"),
  /** How long an order may stay undecided while the broker answers. */
  ORDER_DEADLINE: duration().prefault("15m"),
  /** Answers the calls that demo data needs. */
  DEMO: z
    .enum(["off", "on"], "must be off or on")
    .register(settingNotes, { example: "off", refusedInProduction: "on" })
    .default("off"),
});

export const readOrdersConfig = () => readConfig(OrdersConfig);
