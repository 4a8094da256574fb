import { systemClock } from "@app/platform/clock.ts";
import { type JetStreamBroker, openJetStream } from "@app/platform/messaging/jetstream-broker.ts";

/** The client's own connection, past all that we built on it. */
export type Connection = Awaited<ReturnType<JetStreamBroker["connection"]>>;

/** A connection of the bench's own, and the broker's answers about streams and durables. */
export interface BrokerView extends AsyncDisposable {
  readonly connection: Connection;
  /** The sequence of the last message; 0 where there is no stream yet. */
  lastSequence(stream: string): Promise<number>;
  /** Messages that a durable has not acknowledged yet, delivered or not. */
  waiting(stream: string, durable: string): Promise<number>;
  /** Wakes a service's relay, as another replica of it would. */
  wakeRelay(service: string): void;
  /** Stops deliveries of a durable; `resume` lets it go on. */
  pause(stream: string, durable: string): Promise<void>;
  resume(stream: string, durable: string): Promise<void>;
  /** Changes how many messages a durable delivers before the first of them is acknowledged. */
  limitInHand(stream: string, durable: string, most: number): Promise<void>;
  /** Any request of JetStream's API. Rejects with what the broker refuses. */
  ask(what: string, body?: object): Promise<Readonly<Record<string, unknown>>>;
}

const CONNECT_MAX_MS = 10_000;
const PAUSE_MAX_MS = 600_000;

export async function viewBroker(url: string): Promise<BrokerView> {
  const broker = openJetStream({ servers: [url], name: "bench", clock: systemClock });
  const connection = await broker.connection(CONNECT_MAX_MS);
  const ask: BrokerView["ask"] = async (what, body) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const answer = (await connection.request(`$JS.API.${what}`, payload)).json<{
      readonly error?: object;
    }>();
    if (!answer.error) return { ...answer };
    throw new Error(`the broker refused ${what}: ${JSON.stringify(answer.error)}`);
  };
  const pauseUntil = (stream: string, durable: string, untilMs: number) =>
    ask(`CONSUMER.PAUSE.${stream}.${durable}`, { pause_until: new Date(untilMs).toISOString() });

  return {
    connection,
    ask,
    lastSequence: async (stream) => (await broker.streamState(stream))?.lastSequence ?? 0,
    async waiting(stream, durable) {
      const state = await broker.durableState(stream, durable);
      if (!state) throw new Error(`${stream} has no durable ${durable}`);
      return state.pending + state.unacknowledged;
    },
    wakeRelay: (service) => broker.hint(`outbox.${service}`),
    pause: async (stream, durable) =>
      void (await pauseUntil(stream, durable, Date.now() + PAUSE_MAX_MS)),
    resume: async (stream, durable) => void (await ask(`CONSUMER.PAUSE.${stream}.${durable}`, {})),
    async limitInHand(stream, durable, most) {
      const { config } = await ask(`CONSUMER.INFO.${stream}.${durable}`);
      await ask(`CONSUMER.CREATE.${stream}.${durable}`, {
        stream_name: stream,
        config: { ...(config as object), max_ack_pending: most },
        action: "update",
      });
    },
    [Symbol.asyncDispose]: () => broker.close(),
  };
}
