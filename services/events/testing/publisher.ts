import { systemClock } from "@app/platform/clock.ts";
import { openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import type { OutgoingMessage } from "@app/platform/messaging/message.ts";

/** Stands in for the services that events hears and talks to. */
export interface Publisher extends AsyncDisposable {
  publish(message: OutgoingMessage): Promise<void>;
  /** The subjects of all messages of a stream, oldest first; a thousand at most. */
  subjects(stream: string): Promise<readonly string[]>;
}

const MESSAGES_MAX = 1_000;

export function publisherOn(url: string): Publisher {
  const broker = openJetStream({ servers: [url], name: "test", clock: systemClock });
  return {
    publish: async (message) => {
      await broker.publish(message);
    },
    async subjects(stream) {
      const read = broker.read(stream, { toSequence: MESSAGES_MAX, headersOnly: true });
      return Array.fromAsync(read, ({ subject }) => subject);
    },
    [Symbol.asyncDispose]: () => broker.close(),
  };
}
