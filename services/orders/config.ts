import { readConfig, settingNotes } from "@app/platform/config.ts";
import { serviceSettings } from "@app/platform/service-settings.ts";
import { duration, httpUrl, port, wholeNumber } from "@app/platform/settings.ts";
import { z } from "zod";

/** Everything that orders reads from its environment. */
export const OrdersConfig = z.object({
  ...serviceSettings,
  PORT: port().prefault("8080"),
  METRICS_PORT: port().prefault("9100"),
  /** How long an order may stay undecided while the broker answers. */
  ORDER_DEADLINE: duration().prefault("15m"),
  /** Where inventory answers, for telling operators what an order waits for. */
  INVENTORY_URL: httpUrl().optional(),
  /** So many messages may wait for the broker; then no order is taken on. */
  OUTBOX_MAX: wholeNumber({ min: 1, max: 1_000_000_000 }).prefault("5000000"),
  /** Answers the calls that demo data needs. */
  DEMO: z
    .enum(["off", "on"], "must be off or on")
    .register(settingNotes, { example: "off", refusedInProduction: "on" })
    .default("off"),
});

export const readOrdersConfig = () => readConfig(OrdersConfig);
