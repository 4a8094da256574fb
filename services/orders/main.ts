import { asyncApiOf } from "@app/contracts/asyncapi.ts";
import { messageContracts } from "@app/contracts/messages.ts";
import { streams as topology } from "@app/contracts/topology.ts";
import { hostService } from "@app/platform/host.ts";
import { readOrdersConfig } from "./config.ts";
import { orders } from "./service.ts";

await hostService({
  name: "orders",
  readSettings: readOrdersConfig,
  topology,
  contracts: messageContracts.map(({ schema }) => schema),
  messages: () => asyncApiOf("orders"),
  build: async ({ settings, ...foundation }) => {
    const { ORDER_DEADLINE: deadlineMs, OUTBOX_MAX: outboxMax, DEMO } = settings;
    const why = { inventoryUrl: settings.INVENTORY_URL };
    return orders({ ...foundation, deadlineMs, outboxMax, why, demo: DEMO === "on" });
  },
});
