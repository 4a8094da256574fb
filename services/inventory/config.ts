import { readConfig } from "@app/platform/config.ts";
import { serviceSettings } from "@app/platform/service-settings.ts";
import { port } from "@app/platform/settings.ts";
import { z } from "zod";

/** Everything that inventory reads from its environment. */
export const InventoryConfig = z.object({
  ...serviceSettings,
  /** REST, Connect, gRPC-Web and JSON. */
  PORT: port().prefault("8090"),
  /** Native gRPC, for services. */
  GRPC_PORT: port().prefault("9090"),
  METRICS_PORT: port().prefault("9101"),
});

export const readInventoryConfig = () => readConfig(InventoryConfig);
