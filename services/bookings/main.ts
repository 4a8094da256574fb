import { messageContracts } from "@app/contracts/messages.ts";
import { streams as topology } from "@app/contracts/topology.ts";
import { hostService } from "@app/platform/host.ts";
import { sealedBy } from "@app/platform/sealed.ts";
import { readBookingsConfig } from "./config.ts";
import { bookings } from "./service.ts";

await hostService({
  name: "bookings",
  readSettings: readBookingsConfig,
  topology,
  contracts: messageContracts.map(({ schema }) => schema),
  build: async ({ settings, ...foundation }) => {
    const { HOLD_FOR: holdMs, SIGNING_KEY_SECRET, DEMO } = settings;
    const seal = sealedBy(SIGNING_KEY_SECRET);
    const service = bookings({ ...foundation, seal, holdMs, demo: DEMO === "on" });
    // Rather now than at the first ticket.
    await service.requireTicketKey();
    return service;
  },
});
