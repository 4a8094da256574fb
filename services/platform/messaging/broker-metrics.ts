import { Gauge, type Registry } from "prom-client";
import { sharedRead } from "../metrics.ts";
import { within } from "../within.ts";
import type { Broker, DurableState, StreamState } from "./broker.ts";

interface Listening {
  readonly stream: string;
  readonly durable: string;
}

export interface BrokerMetricsOptions {
  readonly broker: Pick<Broker, "connected" | "durableState" | "streamState" | "messageAt">;
  /** The streams that the service owns. */
  readonly streams: readonly string[];
  /** Those on its streams, whosever they are, and its own. */
  readonly consumers: readonly Listening[];
  /** How long the broker may take to answer a scrape. */
  readonly answerWithinMs?: number;
}

interface ConsumerSeen extends DurableState, Listening {
  /** Age of the oldest message that is not acknowledged; undefined where it cannot be told. */
  readonly oldestSeconds: number | undefined;
}

interface StreamSeen extends StreamState {
  readonly stream: string;
}

/**
 * Exports what the broker says of a service's streams and durables, when scraped: every replica tells
 * the same, and so does who listens. A broker that is away or slow leaves these out, and `broker_connected` says so.
 */
export function exportBrokerMetrics(registry: Registry, options: BrokerMetricsOptions): void {
  const registers = [registry];
  const { broker } = options;
  new Gauge({
    name: "broker_connected",
    help: "1 while this replica has a connection to the broker.",
    registers,
    collect() {
      this.set(broker.connected() ? 1 : 0);
    },
  });

  const consumers = sharedRead(() => answered(options, consumersSeen));
  for (const { name, help, value } of consumerGauges) {
    new Gauge({
      name,
      help,
      labelNames: ["stream", "consumer"] as const,
      registers,
      async collect() {
        const seen = await consumers();
        this.reset();
        for (const consumer of seen) {
          const { stream, durable } = consumer;
          const now = value(consumer);
          if (now !== undefined) this.set({ stream, consumer: durable }, now);
        }
      },
    });
  }

  const streams = sharedRead(() => answered(options, streamsSeen));
  for (const { name, help, value } of streamGauges) {
    new Gauge({
      name,
      help,
      labelNames: ["stream"] as const,
      registers,
      async collect() {
        const seen = await streams();
        this.reset();
        for (const state of seen) {
          const now = value(state);
          if (now !== undefined) this.set({ stream: state.stream }, now);
        }
      },
    });
  }
}

const consumerGauges: readonly {
  readonly name: string;
  readonly help: string;
  readonly value: (seen: ConsumerSeen) => number | undefined;
}[] = [
  {
    name: "consumer_lag_messages",
    help: "Messages of the stream that the durable has not acknowledged.",
    value: ({ pending, unacknowledged }) => pending + unacknowledged,
  },
  {
    name: "consumer_lag_seconds",
    help: "Age of the oldest message that the durable has not acknowledged.",
    value: ({ oldestSeconds }) => oldestSeconds,
  },
  {
    name: "consumer_unacknowledged_messages",
    help: "Messages that are delivered and not acknowledged.",
    value: ({ unacknowledged }) => unacknowledged,
  },
  {
    name: "consumer_pulls",
    help: "Standing pulls of the durable; 0 for long, with nothing unacknowledged, is nobody at work.",
    value: ({ pulls }) => pulls,
  },
];

const streamGauges: readonly {
  readonly name: string;
  readonly help: string;
  readonly value: (seen: StreamSeen) => number | undefined;
}[] = [
  { name: "stream_messages", help: "Messages that the stream holds.", value: (s) => s.messages },
  { name: "stream_bytes", help: "Bytes that the stream holds.", value: (s) => s.bytes },
  {
    name: "stream_max_bytes",
    help: "Bytes that the stream may hold.",
    value: (s) => s.bytesMax,
  },
  {
    name: "stream_last_sequence",
    help: "Sequence of the last message that the stream took.",
    value: (s) => s.lastSequence,
  },
  {
    name: "stream_full",
    help: "1 while the stream is at a limit and refuses messages.",
    value: (s) => (s.full ? 1 : 0),
  },
];

async function consumersSeen({
  broker,
  consumers,
}: BrokerMetricsOptions): Promise<readonly ConsumerSeen[]> {
  const seen = consumers.map(async ({ stream, durable }): Promise<ConsumerSeen[]> => {
    const state = await broker.durableState(stream, durable);
    if (!state) return [];
    if (state.pending + state.unacknowledged === 0) {
      return [{ stream, durable, ...state, oldestSeconds: 0 }];
    }
    // All at or below the ack floor is done, so what stands after it is the oldest that is not. What
    // expired before it was heard is gone from there, and the floor stays behind.
    const first = (await broker.streamState(stream))?.firstSequence ?? 0;
    const oldest = await broker.messageAt(stream, Math.max(state.ackFloor + 1, first));
    const oldestSeconds =
      oldest && Math.max(0, (Date.now() - oldest.publishedAt.getTime()) / 1_000);
    return [{ stream, durable, ...state, oldestSeconds }];
  });
  return (await Promise.all(seen)).flat();
}

async function streamsSeen({
  broker,
  streams,
}: BrokerMetricsOptions): Promise<readonly StreamSeen[]> {
  const seen = streams.map(async (stream): Promise<StreamSeen[]> => {
    const state = await broker.streamState(stream);
    return state ? [{ ...state, stream }] : [];
  });
  return (await Promise.all(seen)).flat();
}

async function answered<T>(
  options: BrokerMetricsOptions,
  ask: (options: BrokerMetricsOptions) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const { broker, answerWithinMs = 1_000 } = options;
  if (!broker.connected()) return [];
  try {
    return await within(ask(options), answerWithinMs, "the broker does not answer");
  } catch {
    return []; // The series are missing then, and readiness names the broker.
  }
}
