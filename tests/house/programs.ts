import { BookingsConfig } from "@app/bookings/config.ts";
import { EventsConfig } from "@app/events/config.ts";
import { InventoryConfig } from "@app/inventory/config.ts";
import { OrdersConfig } from "@app/orders/config.ts";
import { ReviewsConfig } from "@app/reviews/config.ts";
import { UsersConfig } from "@app/users/config.ts";
import { WebConfig } from "@app/web/config.ts";
import type { z } from "zod";

export interface Program {
  /** What its settings are read by. */
  readonly schema: z.ZodObject;
  /** The ports that people's scripts use, by the settings that choose them. */
  readonly ports: Readonly<Record<string, number>>;
}

/** Those with a database of their own, which a job prepares. */
export const services = ["orders", "inventory", "events", "bookings", "users", "reviews"] as const;
export const programNames = [...services, "web"] as const;
export type ProgramName = (typeof programNames)[number];

/** Our programs, which every way to deploy has to run. */
export const programs: Readonly<Record<ProgramName, Program>> = {
  orders: { schema: OrdersConfig, ports: { PORT: 8080, METRICS_PORT: 9100 } },
  inventory: {
    schema: InventoryConfig,
    ports: { PORT: 8090, GRPC_PORT: 9090, METRICS_PORT: 9101 },
  },
  events: { schema: EventsConfig, ports: { PORT: 8181, METRICS_PORT: 9102 } },
  bookings: { schema: BookingsConfig, ports: { PORT: 8282, METRICS_PORT: 9103 } },
  users: { schema: UsersConfig, ports: { PORT: 8383, METRICS_PORT: 9104 } },
  reviews: { schema: ReviewsConfig, ports: { PORT: 8484, METRICS_PORT: 9106 } },
  web: { schema: WebConfig, ports: { PORT: 3000, METRICS_PORT: 9105 } },
};

/** What the runtime reads, and no schema of ours. */
const ofTheRuntime = new Set(["NODE_ENV", "NODE_EXTRA_CA_CERTS"]);

/** An environment as a program reads it, with what files hold in the place of their names. */
export function withFiles(
  env: Readonly<Record<string, string>>,
  contentOf: (path: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) =>
      // Certificates are named by their files.
      name.endsWith("_FILE") && !name.startsWith("TLS_")
        ? [name.slice(0, -"_FILE".length), contentOf(value).trim()]
        : [name, value],
    ),
  );
}

/** Those secrets that everybody knows of a development run, as an installation's own. */
export function strangers(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) =>
      name.endsWith("_SECRET") ? [name, `not-${value}`] : [name, value],
    ),
  );
}

/** Names of an environment that no setting of the program has. */
export function unknownSettings(name: ProgramName, env: Readonly<Record<string, string>>) {
  const { shape } = programs[name].schema;
  return Object.keys(env).filter((key) => !(key in shape) && !ofTheRuntime.has(key));
}
