import { streams } from "@app/contracts/topology.ts";
import { type Hosting, hostService as host } from "@app/platform/host.ts";
import type { ServiceSettings } from "@app/platform/service-settings.ts";
import { faultyHandlers } from "./faulty-handlers.ts";

/** Far shorter than in production, so that a pause of seconds outlives it. */
const ACK_WAIT_SECONDS = 2;

const topology = streams.map((stream) => ({
  ...stream,
  durables: stream.durables.map((durable) => ({ ...durable, ackWaitSeconds: ACK_WAIT_SECONDS })),
}));

/** What a service's main calls in a fault run: a short ack wait, and handlers that can be told to fail. */
export function hostService<Settings extends ServiceSettings, S>(
  hosting: Hosting<Settings, S>,
): Promise<never> {
  return host({
    ...hosting,
    topology,
    build: async (foundation) => {
      const service = await hosting.build(foundation);
      return { ...service, consumers: faultyHandlers(service.consumers) };
    },
  });
}
