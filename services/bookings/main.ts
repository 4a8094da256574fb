import { asyncApiOf } from "@app/contracts/asyncapi.ts";
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
  messages: () => asyncApiOf("bookings"),
  build: async ({ settings, ...foundation }) => {
    const service = bookings({
      ...foundation,
      seal: sealedBy(settings.SIGNING_KEY_SECRET),
      holdMs: settings.HOLD_FOR,
      holdsMax: settings.HOLDS_PER_CUSTOMER_MAX,
      demo: settings.DEMO === "on",
    });
    // Rather now than at the first ticket.
    await service.requireTicketKey();
    return service;
  },
});
