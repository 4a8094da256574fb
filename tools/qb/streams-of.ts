import { streams } from "@app/contracts/topology.ts";
import { type StreamTopology, topologyOf } from "@app/platform/messaging/topology.ts";
import type { Targets } from "./targets.ts";

/** The streams that the known services publish to or hear: the others may be nobody's here. */
export function streamsOf({ known }: Pick<Targets, "known">): readonly StreamTopology[] {
  const needed = new Set(known.flatMap((service) => topologyOf(service, streams)));
  return streams.filter((stream) => needed.has(stream));
}
