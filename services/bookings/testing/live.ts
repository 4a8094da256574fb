import { messageContracts } from "@app/contracts/messages.ts";
import { streams } from "@app/contracts/topology.ts";
import { systemClock } from "@app/platform/clock.ts";
import { silentLog } from "@app/platform/log.ts";
import { type JetStreamBroker, openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { type Messaging, startMessaging } from "@app/platform/messaging/messaging.ts";
import { applyTopology } from "@app/platform/messaging/topology.ts";
import { openPool } from "@app/platform/postgres.ts";
import { systemRandom } from "@app/platform/random.ts";
import { type TemporaryBroker, temporaryBroker } from "@app/platform/testing/nats.ts";
import { serviceOn } from "./served.ts";
import { type BookingsWorld, bookingsWorld } from "./world.ts";

/** A world with a broker of its own, in which replicas of the service run. */
export interface LiveWorld extends BookingsWorld {
  readonly nats: TemporaryBroker;
  readonly broker: JetStreamBroker;
  /** Publishes what events would. */
  publish(...messages: readonly OutgoingMessage[]): Promise<void>;
  /** One replica with its consumer, relay and tasks. */
  start(): Replica;
}

export interface Replica extends AsyncDisposable {
  readonly messaging: Messaging;
}

const declared = streams.filter(({ name }) => ["EVENTS", "BOOKINGS", "CANARY"].includes(name));

export async function liveWorld(): Promise<LiveWorld> {
  const [world, nats] = await Promise.all([bookingsWorld(), temporaryBroker()]);
  const broker = openJetStream({ servers: [nats.url], name: "bookings test", clock: systemClock });
  await makeStreams(broker);
  return {
    ...world,
    nats,
    broker,
    async publish(...messages) {
      for (const message of messages) await broker.publish(message);
    },
    start: () => startReplica(world.url, nats.url),
    async [Symbol.asyncDispose]() {
      await broker.close();
      await world[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}

export async function makeStreams(broker: JetStreamBroker): Promise<void> {
  await applyTopology(await broker.connection(10_000), declared, { replicas: 1 });
}

function startReplica(databaseUrl: string, natsUrl: string): Replica {
  const pool = openPool({ url: databaseUrl, connectionsMax: 6, name: "bookings replica" });
  const broker = openJetStream({ servers: [natsUrl], name: "bookings", clock: systemClock });
  const service = serviceOn(pool, broker);
  const messaging = startMessaging({
    ...service,
    service: "bookings",
    pool,
    broker,
    contracts: messageContracts.map(({ schema }) => schema),
    topology: streams,
    settings: {
      DATABASE_URL: databaseUrl,
      DATABASE_MIGRATE_URL: undefined,
      DATABASE_CONNECTIONS_MAX: 6,
      NATS_URL: [natsUrl],
      STREAM_REPLICAS: 1,
      TOPOLOGY: "apply",
      OUTBOX_KEEP: 172_800_000,
      DEAD_LETTERS_KEEP: 7_776_000_000,
      ATTEMPTS_MAX: 5,
      RETRY_BASE: 10,
      PARKED_PER_LANE_MAX: 1_000,
      PARKED_MAX: 100_000,
      LANE_GAP_AFTER: 30_000,
      RECONCILE_EVERY: 10_000,
      HANDLER_TIMEOUT: 4_000,
    },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
  return {
    messaging,
    async [Symbol.asyncDispose]() {
      await messaging[Symbol.asyncDispose]();
      await broker.close();
      await pool.close(1_000);
    },
  };
}
