import type { Broker, Delivery, Subscription } from "../../messaging/broker.ts";
import { encodeHeaders } from "../../messaging/headers.ts";

/** A broker with its server, to be driven by the contract. Streams take in `<name>.>`, in lower case. */
export interface BrokerUnderTest extends AsyncDisposable {
  /** Largest payload with headers that the server takes, in bytes. */
  readonly payloadMax: number;
  /** A connection of its own, up. What it asks is given up after `timeoutMs`. */
  connect(timeoutMs?: number): Promise<Broker>;
  /** With more than `messagesMax` it refuses new ones. */
  createStream(
    name: string,
    limits?: { readonly duplicateWindowMs?: number; readonly messagesMax?: number },
  ): Promise<void>;
  createDurable(
    stream: string,
    durable: string,
    options?: { readonly ackWaitMs?: number; readonly unacknowledgedMax?: number },
  ): Promise<void>;
  deleteStream(stream: string): Promise<void>;
  deleteDurable(stream: string, durable: string): Promise<void>;
  deleteMessage(stream: string, sequence: number): Promise<void>;
  /** The server answers nobody and closes nothing, until `resume`. */
  pause(): void;
  resume(): void;
  /** The server is gone, with what it stored, until `restart`. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** A broker with the stream THINGS, and a connection to it. */
export interface ContractWorld extends AsyncDisposable {
  readonly server: BrokerUnderTest;
  readonly broker: Broker;
}

/** Makes a world; with a durable called `reader` where one is described. */
export type MakeWorld = (durable?: {
  ackWaitMs?: number;
  unacknowledgedMax?: number;
}) => Promise<ContractWorld>;

export const forever = new AbortController().signal;
export const bytes = (text: string) => new TextEncoder().encode(text);
export const message = (subject: string, id?: string, payload = subject) => ({
  subject,
  headers: encodeHeaders({ ...(id ? { "Nats-Msg-Id": id } : {}), key: `thing/${subject}` }),
  payload: bytes(payload),
});

export function contractWorlds(makeBroker: () => Promise<BrokerUnderTest>): MakeWorld {
  return async (durable) => {
    const server = await makeBroker();
    await server.createStream("THINGS");
    if (durable) await server.createDurable("THINGS", "reader", durable);
    const broker = await server.connect();
    return {
      server,
      broker,
      async [Symbol.asyncDispose]() {
        server.resume();
        await broker.close();
        await server[Symbol.asyncDispose]();
      },
    };
  };
}

export async function publishMany(broker: Broker, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) => broker.publish(message(`things.${index + 1}`))),
  );
}

export async function unacknowledged(broker: Broker): Promise<number | undefined> {
  return (await broker.durableState("THINGS", "reader"))?.unacknowledged;
}

/** A subscription that can wait for a number of deliveries, with a deadline. */
export async function reading(broker: Broker, inHandMax = 50) {
  const subscription: Subscription = await broker.subscribe("THINGS", "reader", inHandMax);
  return {
    subscription,
    async take(count: number): Promise<readonly Delivery[]> {
      const taken: Delivery[] = [];
      const limit = AbortSignal.timeout(10_000);
      while (taken.length < count && !limit.aborted) {
        taken.push(...(await subscription.next(count - taken.length, limit)));
      }
      return taken;
    },
    [Symbol.asyncDispose]: () => subscription.close(),
  };
}
