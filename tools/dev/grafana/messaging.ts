import type { Dashboard } from "./dashboard.ts";
import { quantile, rate, toldByAll } from "./queries.ts";

const byConsumer = ["stream", "consumer"];

/** The way of messages: outbox, broker, consumers, and what was set aside. */
export const messaging: Dashboard = {
  uid: "quickbite-messaging",
  title: "QuickBite: messages",
  description: "The way of messages: outbox, broker, consumers, and what was set aside.",
  rows: [
    {
      title: "Outbox",
      panels: [
        {
          title: "Unsent messages",
          tells: "Committed and not acknowledged by the broker.",
          as: "line",
          unit: "short",
          queries: [
            { expr: toldByAll("outbox_pending_messages", ["service"]), legend: "{{service}}" },
          ],
        },
        {
          title: "Publishes",
          tells: "By what became of them; refused and unanswered ones are sent again.",
          as: "line",
          unit: "reqps",
          queries: [
            {
              expr: `sum by (stream, outcome) (${rate("outbox_publishes_total")})`,
              legend: "{{stream}} {{outcome}}",
            },
          ],
        },
        {
          title: "Time to the acknowledgement",
          tells: "Half of the publishes, and one in a hundred, take so long.",
          as: "line",
          unit: "s",
          queries: [
            {
              expr: quantile(0.5, "outbox_publish_ack_seconds_bucket", ["stream"]),
              legend: "{{stream}}, half",
            },
            {
              expr: quantile(0.99, "outbox_publish_ack_seconds_bucket", ["stream"]),
              legend: "{{stream}}, one in a hundred",
            },
          ],
        },
        {
          title: "Leaders",
          tells: "Replicas that relay; one for each service is good.",
          as: "line",
          unit: "short",
          queries: [{ expr: "sum by (service) (relay_leading)", legend: "{{service}}" }],
        },
      ],
    },
    {
      title: "Streams",
      panels: [
        {
          title: "Size",
          tells: "What each stream holds.",
          as: "line",
          unit: "bytes",
          queries: [{ expr: toldByAll("stream_bytes", ["stream"]), legend: "{{stream}}" }],
        },
        {
          title: "Messages",
          tells: "How many each stream holds.",
          as: "line",
          unit: "short",
          queries: [{ expr: toldByAll("stream_messages", ["stream"]), legend: "{{stream}}" }],
        },
        {
          title: "Taken",
          tells: "Messages that each stream took in a second, whoever sent them.",
          as: "line",
          unit: "reqps",
          queries: [
            {
              expr: `max by (stream) (${rate("stream_last_sequence")})`,
              legend: "{{stream}}",
            },
          ],
        },
        {
          title: "Filled",
          tells: "The share of the bytes that each stream is declared to hold at most.",
          as: "line",
          unit: "percentunit",
          queries: [
            {
              expr: `${toldByAll("stream_bytes", ["stream"])} / ${toldByAll("stream_max_bytes", ["stream"])}`,
              legend: "{{stream}}",
            },
          ],
        },
        {
          title: "Full",
          tells: "1 while a stream refuses messages.",
          as: "line",
          unit: "bool",
          badFrom: 1,
          queries: [{ expr: toldByAll("stream_full", ["stream"]), legend: "{{stream}}" }],
        },
      ],
    },
    {
      title: "Consumers",
      panels: [
        {
          title: "Messages behind",
          tells: "In the stream and not acknowledged.",
          as: "line",
          unit: "short",
          queries: [
            {
              expr: toldByAll("consumer_lag_messages", byConsumer),
              legend: "{{consumer}} on {{stream}}",
            },
          ],
        },
        {
          title: "Seconds behind",
          tells: "Age of the oldest of them.",
          as: "line",
          unit: "s",
          queries: [
            {
              expr: toldByAll("consumer_lag_seconds", byConsumer),
              legend: "{{consumer}} on {{stream}}",
            },
          ],
        },
        {
          title: "Delivered, again, for nothing, failed",
          tells:
            "Messages a second; those that come again and those that were done already cost, and harm nobody.",
          as: "line",
          unit: "reqps",
          queries: [
            {
              expr: `sum by (consumer) (${rate("consumer_messages_total")})`,
              legend: "{{consumer}} delivered",
            },
            {
              expr: `sum by (consumer) (${rate("consumer_redeliveries_total")})`,
              legend: "{{consumer}} again",
            },
            {
              expr: `sum by (consumer) (${rate("consumer_duplicates_total")})`,
              legend: "{{consumer}} for nothing",
            },
            {
              expr: `sum by (consumer) (${rate("consumer_failures_total")})`,
              legend: "{{consumer}} failed",
            },
          ],
        },
        {
          title: "Time of a batch",
          tells: "From its beginning to its commit, one batch in a hundred.",
          as: "line",
          unit: "s",
          queries: [
            {
              expr: quantile(0.99, "consumer_transaction_seconds_bucket", ["consumer"]),
              legend: "{{consumer}}",
            },
          ],
        },
      ],
    },
    {
      title: "Set aside",
      panels: [
        {
          title: "Dead letters",
          tells: "By what became of them; dead ones wait for a person.",
          as: "line",
          unit: "short",
          queries: [
            {
              expr: toldByAll("dead_letters", ["consumer", "state"]),
              legend: "{{consumer}} {{state}}",
            },
          ],
        },
        {
          title: "Oldest dead letter",
          tells: "How long the first customer waits.",
          as: "line",
          unit: "s",
          queries: [
            {
              expr: toldByAll("consumer_oldest_dead_letter_seconds", ["consumer"]),
              legend: "{{consumer}}",
            },
          ],
        },
        {
          title: "Parked messages",
          tells: "They wait for their turn or for another attempt.",
          as: "line",
          unit: "short",
          queries: [
            {
              expr: toldByAll("consumer_parked_messages", ["consumer"]),
              legend: "{{consumer}}",
            },
          ],
        },
        {
          title: "Lanes that need a person",
          tells:
            "Stuck: a version is missing. Behind: messages were left in the stream for want of room.",
          as: "line",
          unit: "short",
          badFrom: 1,
          queries: [
            {
              expr: toldByAll("consumer_stuck_lanes", ["consumer"]),
              legend: "{{consumer}} stuck",
            },
            {
              expr: toldByAll("consumer_lanes_behind", ["consumer"]),
              legend: "{{consumer}} behind",
            },
          ],
        },
      ],
    },
    {
      title: "What must be 0, and whether it is looked at",
      panels: [
        {
          title: "Missing and broken",
          tells:
            "Messages without a trace, messages that a stream lacks, rows that break an invariant.",
          as: "line",
          unit: "short",
          badFrom: 1,
          queries: [
            {
              expr: toldByAll("consumer_unaccounted_messages", ["consumer"]),
              legend: "{{consumer}} unaccounted",
            },
            {
              expr: toldByAll("outbox_missing_messages", ["stream"]),
              legend: "{{stream}} lacks",
            },
            {
              expr: toldByAll("invariant_breaches", ["service"]),
              legend: "{{service}}, broken rows",
            },
          ],
        },
        {
          title: "Time since the last look",
          tells: "What is not looked at finds nothing.",
          as: "line",
          unit: "s",
          queries: [
            {
              expr: "max by (service) (invariant_last_look_seconds)",
              legend: "{{service}} invariants",
            },
            {
              expr: "max by (service) (reconciler_last_look_seconds)",
              legend: "{{service}} reconciler",
            },
          ],
        },
      ],
    },
  ],
};
