import { ConsumersView } from "@app/platform/messaging/ops-views.ts";
import { Failure } from "./failure.ts";
import type { ServiceClient } from "./service-client.ts";

/** The service whose consumer it is. One that does not answer is in the way only when it may be its. */
export async function ownerOf(
  services: readonly ServiceClient[],
  consumer: string,
): Promise<ServiceClient> {
  const known: string[] = [];
  let silent: unknown;
  for (const service of services) {
    try {
      const { consumers } = await service.ask("/ops/v1/consumers", ConsumersView);
      if (consumers.some((found) => found.consumer === consumer)) return service;
      known.push(...consumers.map((found) => found.consumer));
    } catch (failure) {
      silent ??= failure;
    }
  }
  if (silent !== undefined) throw silent;
  throw new Failure("usage", `no consumer is called ${consumer}: there is ${known.join(", ")}`, {
    next: "qb lane ls",
  });
}
