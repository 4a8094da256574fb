import { asyncApiOf } from "@app/contracts/asyncapi.ts";
import { messageContracts } from "@app/contracts/messages.ts";
import { streams as topology } from "@app/contracts/topology.ts";
import { hostService } from "@app/platform/host.ts";
import { readReviewsConfig } from "./config.ts";
import { reviews } from "./service.ts";
import { authorsBy } from "./store/authors.ts";

await hostService({
  name: "reviews",
  readSettings: readReviewsConfig,
  topology,
  contracts: messageContracts.map(({ schema }) => schema),
  messages: () => asyncApiOf("reviews"),
  build: async ({ settings, db, clock, random }) =>
    reviews({
      db,
      clock,
      random,
      authors: authorsBy(settings.AUTHOR_SECRET),
      writesMax: settings.WRITES_PER_DAY_MAX,
    }),
});
