import {
  type ConsumerInfo,
  type JetStreamManager,
  jetstreamManager,
  type StreamInfo,
} from "@nats-io/jetstream";
import type { NatsConnection } from "nats";
import { Refusal } from "../errors.ts";
import { within } from "../within.ts";
import type { JetStreamBroker } from "./jetstream-broker.ts";
import { absentIfMissing } from "./jetstream-errors.ts";
import type { Inspected } from "./messaging.ts";
import type { StreamDurableView, StreamsView, StreamView } from "./ops-stream-views.ts";
import { planTopology, type StreamTopology } from "./topology.ts";

/** What the operator API needs to look into streams, beside the running core. */
export interface StreamAccess {
  readonly inspected: Inspected;
  readonly broker: JetStreamBroker;
  /** Copies of each message, as they are configured: fewer or more are a drift. */
  readonly replicas: number;
}

const streamWithinMs = 1_500;

/** The service's streams as the broker has them, and how that differs from what is declared. */
export async function showStreams(access: StreamAccess): Promise<StreamsView> {
  const { service, streams } = access.inspected;
  const at = new Date().toISOString();
  const views = streams.map(async (stream): Promise<StreamView> => {
    const view = declaredView(stream);
    try {
      const known = lookAt(access, stream);
      return { ...view, ...(await within(known, streamWithinMs, "the broker does not answer")) };
    } catch (error) {
      // A broker that is away is what an operator wants to read about, not a reason to fail.
      return { ...view, problem: error instanceof Error ? error.message : String(error) };
    }
  });
  return { service, at, streams: await Promise.all(views) };
}

/** The connection, or a refusal: what was asked for cannot be had without the broker. */
export async function connectionOf(broker: JetStreamBroker): Promise<NatsConnection> {
  if (broker.connected()) return broker.connection(streamWithinMs);
  throw new Refusal("unavailable", "broker_unavailable", "not connected to the broker", {
    retryAfterSeconds: 1,
  });
}

export const managerOf = (nc: NatsConnection) =>
  jetstreamManager(nc, { timeout: streamWithinMs, checkAPI: false });

type Known = Pick<StreamView, "state" | "copies" | "durables" | "drift" | "problem">;

async function lookAt({ broker, replicas }: StreamAccess, stream: StreamTopology): Promise<Known> {
  const nc = await connectionOf(broker);
  const jsm = await managerOf(nc);
  const [info, drift, durables] = await Promise.all([
    absentIfMissing(() => jsm.streams.info(stream.name)),
    planTopology(nc, [stream], { replicas }),
    Promise.all(stream.durables.map((durable) => durableAt(jsm, stream.name, durable))),
  ]);
  return {
    state: info ? stateView(info) : null,
    copies: info ? copiesView(info) : null,
    durables,
    drift: drift.map(({ differences, ...change }) => ({
      ...change,
      differences: [...differences],
    })),
    problem: info ? null : "there is no such stream",
  };
}

async function durableAt(
  jsm: JetStreamManager,
  stream: string,
  durable: StreamTopology["durables"][number],
): Promise<StreamDurableView> {
  const info = await absentIfMissing(() => jsm.consumers.info(stream, durable.name));
  return { ...durableView(durable), state: info ? durableState(info) : null };
}

function durableState(info: ConsumerInfo): StreamDurableView["state"] {
  return {
    ackFloor: info.ack_floor.stream_seq,
    delivered: info.delivered.stream_seq,
    pending: info.num_pending,
    unacknowledged: info.num_ack_pending,
    redelivered: info.num_redelivered,
    pulls: info.num_waiting,
    pausedUntil: pauseEnd(info),
  };
}

/** A pause that is over leaves its end in the configuration: only the broker's word counts. */
export function pauseEnd({ paused, config }: Pick<ConsumerInfo, "paused" | "config">) {
  if (paused !== true || config.pause_until === undefined) return null;
  return new Date(config.pause_until).toISOString();
}

function stateView({ created, state }: StreamInfo): StreamView["state"] {
  const isEmpty = state.messages === 0;
  return {
    createdAt: String(created),
    messages: state.messages,
    bytes: state.bytes,
    firstSequence: state.first_seq,
    firstAt: isEmpty ? null : new Date(state.first_ts).toISOString(),
    lastSequence: state.last_seq,
    lastAt: state.last_seq === 0 ? null : new Date(state.last_ts).toISOString(),
    deleted: state.num_deleted ?? 0,
  };
}

function copiesView({ cluster }: StreamInfo): StreamView["copies"] {
  if (!cluster) return null;
  return {
    leader: cluster.leader || null,
    others: (cluster.replicas ?? []).map(({ name, current, offline, lag }) => ({
      name,
      current,
      offline: offline ?? false,
      behind: lag ?? 0,
    })),
  };
}

/** What is known of a stream without its broker. */
function declaredView(stream: StreamTopology): StreamView {
  const { name, owner, subjects, maxAgeSeconds, maxBytes, declaredRate } = stream;
  return {
    name,
    owner,
    declared: {
      subjects,
      maxAgeSeconds,
      maxBytes,
      maxMessagesPerSubject: stream.maxMessagesPerSubject ?? null,
      ...declaredRate,
    },
    state: null,
    copies: null,
    durables: stream.durables.map((durable) => ({ ...durableView(durable), state: null })),
    drift: [],
    problem: null,
  };
}

const durableView = ({
  name,
  service,
  ackWaitSeconds,
  maxAckPending,
}: StreamTopology["durables"][number]) => ({ name, service, ackWaitSeconds, maxAckPending });
