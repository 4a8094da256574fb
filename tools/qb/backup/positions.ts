import { streams } from "@app/contracts/topology.ts";
import type { StreamTopology } from "@app/platform/messaging/topology.ts";
import type { NatsConnection } from "nats";
import { streamsOf } from "../streams-of.ts";
import type { ServiceName } from "../targets.ts";
import { durableInfo, messageId, storedMessage, streamInfo } from "./jetstream-api.ts";
import type { StreamPosition } from "./manifest.ts";

/** The streams of these services that hold more than the present: not the canaries'. */
export const streamsToKeep = (known: readonly ServiceName[]): readonly StreamTopology[] =>
  streamsOf({ known }).filter(({ maxMessagesPerSubject }) => maxMessagesPerSubject === undefined);

/** How far these streams and their durables are. One that is not there is left out. */
export async function positionsOf(
  nc: NatsConnection,
  declared: readonly StreamTopology[] = streams,
): Promise<readonly StreamPosition[]> {
  const found = await Promise.all(declared.map((stream) => positionOf(nc, stream)));
  return found.filter((position) => position !== undefined);
}

async function positionOf(
  nc: NatsConnection,
  { name, durables }: StreamTopology,
): Promise<StreamPosition | undefined> {
  const [info, last, ...consumers] = await Promise.all([
    streamInfo(nc, name),
    streamInfo(nc, name).then((known) => known && storedMessage(nc, name, { last_by_subj: ">" })),
    ...durables.map((durable) => durableInfo(nc, name, durable.name)),
  ]);
  if (!info) return undefined;
  return {
    stream: name,
    lastSequence: info.state.last_seq,
    witness: last ? { sequence: last.sequence, id: messageId(last) } : null,
    durables: durables.flatMap((durable, at) => {
      const consumer = consumers[at];
      return consumer ? [{ name: durable.name, ackFloor: consumer.ack_floor.stream_seq }] : [];
    }),
  };
}
