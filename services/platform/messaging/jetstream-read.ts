import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "nats";
import type { ReadOptions, StoredMessage } from "./broker.ts";
import { storedMessage } from "./jetstream-message.ts";
import { unlessAborted } from "./unless-aborted.ts";

const batchMax = 500;
/** Should we die while reading, the broker forgets the reader by itself after this long. */
const forgottenAfterMs = 60_000;

/** Reads what a stream holds, oldest first, up to what it held at the beginning, until `broken` aborts. */
export async function* readStream(
  nc: NatsConnection,
  stream: string,
  { subject, fromSequence = 1, toSequence, headersOnly = false }: ReadOptions,
  { timeoutMs, broken }: { readonly timeoutMs: number; readonly broken: AbortSignal },
): AsyncIterable<StoredMessage> {
  const jsm = await unlessAborted(
    broken,
    jetstreamManager(nc, { timeout: timeoutMs, checkAPI: false }),
  );
  const { state } = await unlessAborted(broken, jsm.streams.info(stream));
  const last = Math.min(state.last_seq, toSequence ?? Number.POSITIVE_INFINITY);
  const first = Math.max(fromSequence, state.first_seq);
  if (state.messages === 0 || first > last) return;

  const consumers = jetstream(nc, { timeout: timeoutMs }).consumers;
  const consumer = await unlessAborted(
    broken,
    consumers.get(stream, {
      opt_start_seq: first,
      deliver_policy: "by_start_sequence",
      headers_only: headersOnly,
      inactive_threshold: forgottenAfterMs,
      ...(subject ? { filter_subjects: subject } : {}),
    }),
  );
  try {
    const { num_pending } = await unlessAborted(broken, consumer.info());
    // An ordered consumer says of each message how many are left, so the end is known without waiting.
    for (let left = num_pending; left > 0; ) {
      const batch = await consumer.fetch({
        max_messages: Math.min(left, batchMax),
        expires: timeoutMs,
      });
      const stop = () => void batch.close();
      broken.addEventListener("abort", stop, { once: true });
      let got = 0;
      try {
        for await (const message of batch) {
          got += 1;
          left = message.info.pending;
          if (message.seq > last) return;
          yield storedMessage(message.info.stream, message);
          if (message.seq === last) return;
        }
      } finally {
        broken.removeEventListener("abort", stop);
      }
      broken.throwIfAborted();
      if (got === 0) throw new Error(`reading ${stream} stalled with ${left} messages left`);
    }
  } finally {
    // Nobody waits for it: what could not be deleted is forgotten in a while.
    consumer.delete().catch(() => false);
  }
}
