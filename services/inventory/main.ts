import { asyncApiOf } from "@app/contracts/asyncapi.ts";
import { messageContracts } from "@app/contracts/messages.ts";
import { streams as topology } from "@app/contracts/topology.ts";
import { hostService } from "@app/platform/host.ts";
import { readInventoryConfig } from "./config.ts";
import { inventory } from "./service.ts";
import { seedItems } from "./store/seed.ts";

await hostService({
  name: "inventory",
  readSettings: readInventoryConfig,
  topology,
  contracts: messageContracts.map(({ schema }) => schema),
  messages: () => asyncApiOf("inventory"),
  build: async ({ settings, ...foundation }) => {
    await seedItems(foundation.db);
    return { ...inventory(foundation), grpcPort: settings.GRPC_PORT };
  },
});
