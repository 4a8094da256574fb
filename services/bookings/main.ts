import { messageContracts } from "@app/contracts/messages.ts";
import { streams as topology } from "@app/contracts/topology.ts";
import { hostService } from "@app/platform/host.ts";
import { readBookingsConfig } from "./config.ts";
import { bookings } from "./service.ts";

await hostService({
  name: "bookings",
  readSettings: readBookingsConfig,
  topology,
  contracts: messageContracts.map(({ schema }) => schema),
  build: async ({ settings, ...foundation }) => {
    const { HOLD_FOR: holdMs, DEMO } = settings;
    const service = bookings({ ...foundation, holdMs, demo: DEMO === "on" });
    // Rather now than at the first ticket.
    await service.requireTicketKey();
    return service;
  },
});
