import { messageContracts } from "@app/contracts/messages.ts";
import { systemClock } from "@app/platform/clock.ts";
import { silentLog } from "@app/platform/log.ts";
import type { Broker, Delivery } from "@app/platform/messaging/broker.ts";
import { type ConsumerOptions, handleDeliveries } from "@app/platform/messaging/consumer.ts";
import { payloadReader } from "@app/platform/messaging/incoming.ts";
import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { postgresInbox } from "@app/platform/messaging/postgres-inbox.ts";
import { defaultRetryPolicy } from "@app/platform/messaging/retry.ts";
import type { Pool } from "@app/platform/postgres.ts";
import { systemRandom } from "@app/platform/random.ts";
import type { BookingsStores } from "../store/unit.ts";
import { serviceOn } from "./served.ts";

/** The service's own consumer, fed by hand instead of by a broker. */
export interface Consuming {
  readonly options: ConsumerOptions<BookingsStores>;
  /** Delivers a batch, and returns how many of it were acknowledged. */
  deliver(...messages: readonly OutgoingMessage[]): Promise<number>;
}

export function consumingOn(pool: Pool): Consuming {
  const [consumer] = serviceOn(pool).consumers;
  if (!consumer) throw new Error("bookings listens to nothing");
  const options: ConsumerOptions<BookingsStores> = {
    ...consumer,
    store: postgresInbox(pool, consumer.durable, consumer.unit),
    broker: undefined as unknown as Broker,
    rules: {
      service: "bookings",
      consumer: consumer.durable,
      handlers: new Map(consumer.handlers.map((handler) => [handler.type, handler])),
      payloads: payloadReader(messageContracts.map(({ schema }) => schema)),
      parkedPerLaneMax: 1_000,
      parkedMax: 100_000,
      handlerTimeoutMs: 4_000,
      clock: systemClock,
    },
    retry: { ...defaultRetryPolicy, baseMs: 5 },
    ackWaitMs: 30_000,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    unclean: new Set(),
    headsMayRun: () => undefined,
  };
  let sequence = 0;

  return {
    options,
    async deliver(...messages) {
      let acknowledged = 0;
      const batch = messages.map((message): Delivery => {
        sequence += 1;
        return {
          ...message,
          stream: consumer.stream,
          sequence,
          publishedAt: new Date(),
          redelivered: false,
          ack: () => void acknowledged++,
          nak: () => undefined,
          working: () => undefined,
        };
      });
      await handleDeliveries(options, batch, { inHand: new Set() });
      return acknowledged;
    },
  };
}
