import {
  type CounterMeter,
  counterMeter,
  type HistogramMeter,
  histogramMeter,
  type Meter,
  secondsBuckets,
} from "../meters.ts";

const publishOutcomes = ["stored", "duplicate", "refused", "unanswered"] as const;
/** What became of one publish. `duplicate` is as good as `stored`; the others are tried again. */
export type PublishOutcome = (typeof publishOutcomes)[number];

/** What is counted of the relay as it happens. */
export interface RelayMeters {
  readonly published: CounterMeter<"stream" | "outcome">;
  /** From sending a message to the broker's word on it. */
  readonly answered: HistogramMeter<"stream">;
}

/** What is counted of consumers as it happens. */
export interface ConsumerMeters {
  readonly received: CounterMeter<"consumer">;
  readonly redelivered: CounterMeter<"consumer">;
  readonly duplicates: CounterMeter<"consumer">;
  readonly failures: CounterMeter<"consumer">;
  readonly transactions: HistogramMeter<"consumer">;
}

export interface MessagingMeters {
  readonly relay: RelayMeters;
  readonly consumer: ConsumerMeters;
  /** Shows what has not happened yet as 0: of a series that begins with its first event no rate is known. */
  begin(of: { readonly streams: readonly string[]; readonly consumers: readonly string[] }): void;
  readonly all: readonly Meter[];
}

/** One of each for a process. */
export function messagingMeters(): MessagingMeters {
  const ofConsumer = (name: string, help: string) =>
    counterMeter({ name, help, labels: ["consumer"] });
  const relay = {
    published: counterMeter({
      name: "outbox_publishes_total",
      help: "Publishes, by what became of them: stored, duplicate, refused or unanswered.",
      labels: ["stream", "outcome"],
    }),
    answered: histogramMeter({
      name: "outbox_publish_ack_seconds",
      help: "Time from sending a message to the broker's acknowledgement.",
      buckets: secondsBuckets,
      labels: ["stream"],
    }),
  };
  const consumer = {
    received: ofConsumer("consumer_messages_total", "Messages that were delivered."),
    redelivered: ofConsumer(
      "consumer_redeliveries_total",
      "Messages that were delivered before: to one that failed, was too slow, or died with them.",
    ),
    duplicates: ofConsumer(
      "consumer_duplicates_total",
      "Delivered messages that needed nothing more: they were handled, parked or set aside before.",
    ),
    failures: ofConsumer(
      "consumer_failures_total",
      "Attempts at a message that failed, each counted against it.",
    ),
    transactions: histogramMeter({
      name: "consumer_transaction_seconds",
      help: "Time that a batch took from its beginning to its commit.",
      buckets: secondsBuckets,
      labels: ["consumer"],
    }),
  };
  const { transactions, ...counted } = consumer;
  return {
    relay,
    consumer,
    all: [...Object.values(relay), ...Object.values(counted), transactions],
    begin({ streams, consumers }) {
      for (const stream of streams) {
        for (const outcome of publishOutcomes) relay.published.add(0, { stream, outcome });
      }
      for (const consumer of consumers) {
        for (const counter of Object.values(counted)) counter.add(0, { consumer });
      }
    },
  };
}
