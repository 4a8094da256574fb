import { DeliverPolicy, jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "nats";
import type { StoredMessage } from "./broker.ts";
import { storedMessage } from "./jetstream-message.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** What is read of a stream, oldest first, up to what it holds when the reading begins. */
export interface StreamPart {
  readonly stream: string;
  readonly start: { readonly sequence: number } | { readonly time: Date };
  /** A subject filter with NATS wildcards. */
  readonly subject?: string | undefined;
  readonly headersOnly?: boolean;
}

const batchMax = 200;
const answerWithinMs = 1_500;
/** Should we die while reading, the broker forgets the reader by itself after this long. */
const forgottenAfterMs = 10_000;

/** Reads for a person, who looks at little and leaves when he likes. Throws when `signal` aborts. */
export async function* readPart(
  nc: NatsConnection,
  { stream, start, subject, headersOnly = false }: StreamPart,
  signal: AbortSignal,
): AsyncIterable<StoredMessage> {
  const { consumers } = jetstream(nc, { timeout: answerWithinMs });
  const place =
    "time" in start
      ? { deliver_policy: DeliverPolicy.StartTime, opt_start_time: start.time.toISOString() }
      : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: start.sequence };
  const consumer = await unlessAborted(
    signal,
    consumers.get(stream, {
      ...place,
      headers_only: headersOnly,
      inactive_threshold: forgottenAfterMs,
      ...(subject === undefined ? {} : { filter_subjects: subject }),
    }),
  );
  try {
    const { num_pending } = await unlessAborted(signal, consumer.info());
    // Of each message an ordered consumer says how many are left: the end is known without waiting.
    for (let left = num_pending; left > 0; ) {
      const batch = await consumer.fetch({
        max_messages: Math.min(left, batchMax),
        expires: answerWithinMs,
      });
      const stop = () => void batch.close();
      signal.addEventListener("abort", stop, { once: true });
      const leftBefore = left;
      try {
        for await (const message of batch) {
          left = message.info.pending;
          yield storedMessage(message.info.stream, message);
        }
      } finally {
        signal.removeEventListener("abort", stop);
      }
      signal.throwIfAborted();
      if (left === leftBefore) throw new Error(`reading ${stream} stalled with ${left} left`);
    }
  } finally {
    // Nobody waits for it: what could not be deleted is forgotten in a while.
    consumer.delete().catch(() => false);
  }
}
