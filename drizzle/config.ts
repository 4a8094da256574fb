import { defineConfig } from "drizzle-kit";

const service = process.env.SERVICE;
if (!service) throw new Error("set SERVICE to the service whose migrations are generated, such as SERVICE=orders");

/** One migration folder per database: the core's tables and the service's own. */
export default defineConfig({
  dialect: "postgresql",
  schema: [
    "./services/platform/messaging/tables.ts",
    "./services/platform/messaging/reconcile-tables.ts",
    `./services/${service}/store/tables.ts`,
  ],
  out: `./drizzle/${service}`,
});
