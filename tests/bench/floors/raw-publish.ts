import type { Connection } from "../jetstream-admin.ts";

/** A message as it goes over the wire, headers encoded. */
export interface ReadyMessage {
  readonly subject: string;
  readonly headers: Uint8Array;
  readonly payload: Uint8Array;
}

/** How it went; `duplicates` were stored before and not again. */
export interface Published {
  readonly acknowledged: number;
  readonly duplicates: number;
  readonly elapsedMs: number;
}

type Headers = NonNullable<NonNullable<Parameters<Connection["publish"]>[2]>["headers"]>;

const ACKS_MAX_MS = 60_000;

/** The header block as our outbox stores it, made ready to send. */
export function encodedHeaders(block: string): Uint8Array {
  return Buffer.from(`NATS/1.0\r\n${block}\r\n\r\n`);
}

/**
 * Publishes with so many unacknowledged at a time, as fast as the client can: one inbox for all
 * answers, no promise, timer or trace for a message, nothing left to encode. Rejects when the broker
 * refuses one.
 */
export async function publishAll(
  connection: Connection,
  messages: readonly ReadyMessage[],
  inFlightMax: number,
): Promise<Published> {
  const inbox = `_INBOX.bench.${crypto.randomUUID()}`;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = setTimeout(() => reject(new Error("acks stayed away")), ACKS_MAX_MS);
  let sent = 0;
  let acknowledged = 0;
  let duplicates = 0;
  const fill = () => {
    for (; sent < messages.length && sent - acknowledged < inFlightMax; sent += 1) {
      const message = messages[sent];
      if (!message) return;
      const headers = { encode: () => message.headers } as unknown as Headers;
      connection.publish(message.subject, message.payload, { reply: `${inbox}.a`, headers });
    }
  };
  const subscription = connection.subscribe(`${inbox}.*`, {
    callback: (error, answer) => {
      if (error) return reject(error);
      const ack = answer.json<{ readonly seq?: number; readonly duplicate?: boolean }>();
      if (ack.seq === undefined) return reject(new Error(`no ack: ${answer.string()}`));
      acknowledged += 1;
      if (ack.duplicate === true) duplicates += 1;
      if (acknowledged === messages.length) resolve();
      else fill();
    },
  });
  const startedAt = performance.now();
  try {
    fill();
    if (messages.length > 0) await promise;
    return { acknowledged, duplicates, elapsedMs: performance.now() - startedAt };
  } finally {
    clearTimeout(late);
    subscription.unsubscribe();
  }
}
