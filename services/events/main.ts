import { asyncApiOf } from "@app/contracts/asyncapi.ts";
import { messageContracts } from "@app/contracts/messages.ts";
import { streams as topology } from "@app/contracts/topology.ts";
import { hostService } from "@app/platform/host.ts";
import { httpsOf, readEventsConfig } from "./config.ts";
import { events } from "./service.ts";
import { seedEvents } from "./store/seed.ts";

await hostService({
  name: "events",
  readSettings: readEventsConfig,
  topology,
  contracts: messageContracts.map(({ schema }) => schema),
  messages: () => asyncApiOf("events"),
  build: async ({ settings, db, clock, random }) => {
    if (settings.DEMO === "on") await seedEvents(db, clock);
    return { ...events({ db, clock, random }), https: httpsOf(settings) };
  },
});
