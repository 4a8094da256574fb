import { OrderCreatedSchema } from "@app/contracts/gen/orders/v1/order_messages_pb.ts";
import { streams } from "@app/contracts/topology.ts";
import { placeOrder } from "@app/orders/domain/place-order.ts";
import { orderAdder } from "@app/orders/store/add-order.ts";
import { systemClock } from "@app/platform/clock.ts";
import { silentLog } from "@app/platform/log.ts";
import { consumes } from "@app/platform/messaging/handler.ts";
import { openJetStream } from "@app/platform/messaging/jetstream-broker.ts";
import { startMessaging } from "@app/platform/messaging/messaging.ts";
import { coreConnectionsMax, messagingSettings } from "@app/platform/messaging/settings.ts";
import { openPool, type Pool, type Transaction } from "@app/platform/postgres.ts";
import { systemRandom } from "@app/platform/random.ts";
import { sql } from "drizzle-orm";
import { z } from "zod";
import {
  concurrency,
  type LibraryPeers,
  type OpenPeer,
  type Peer,
  type PeerWorld,
} from "./peer.ts";

const closeMs = 5_000;
const listened = { stream: "ORDERS", durable: "inventory-service" } as const;
const request = { userId: "ann", note: "", lines: [{ sku: "burger", quantity: 1 }] } as const;

/**
 * Ours: the orders service's own store, outbox, relay and consumer, with the settings that a service
 * has when nobody sets any, through JetStream. Only the handler is the comparison's.
 */
const quickbite: Peer = {
  async prepare() {
    // The core makes its streams by itself, and the database was migrated.
  },
  async open(world) {
    const pool = openPool({
      url: world.databaseUrl,
      connectionsMax: concurrency,
      name: "quickbite",
    });
    const corePool = openPool({
      url: world.databaseUrl,
      connectionsMax: coreConnectionsMax,
      name: "quickbite-core",
    });
    pool.onOutboxWritten(corePool.outboxWritten);
    return opened(world, { pool, corePool });
  },
};

export const peers: LibraryPeers = { QuickBite: quickbite };

function opened(
  world: PeerWorld,
  { pool, corePool }: { readonly pool: Pool; readonly corePool: Pool },
): OpenPeer {
  const { natsUrl } = world;
  if (natsUrl === undefined) throw new Error("QuickBite needs a NATS");
  const broker = openJetStream({ servers: [natsUrl], name: "quickbite", clock: systemClock });
  const running: AsyncDisposable[] = [];
  const addOrder = orderAdder(pool);
  const accept = async (order: number) => {
    await addOrder(placeOrder(request, { id: BigInt(order), at: new Date() }));
  };
  return {
    accept,
    /** Nobody calls it so: orders that come together share a commit by themselves. */
    async acceptMany(orders) {
      await Promise.all(orders.map(accept));
    },
    /** There is one way: it handles singly what comes singly, and in batches what waits. */
    async deliver() {
      running.push(
        startMessaging<Transaction>({
          service: "orders",
          pool: corePool,
          broker,
          contracts: [OrderCreatedSchema],
          topology: streams,
          settings: settingsFor(world),
          consumers: [
            {
              ...listened,
              order: "key",
              unit: (tx) => ({ stores: tx, lock: async () => undefined }),
              handlers: [storeEffect],
            },
          ],
          clock: systemClock,
          random: systemRandom,
          log: silentLog,
        }),
      );
    },
    async waiting() {
      const [row] = await corePool.q.execute<{ count: string }>(
        sql`select (select count(*) from outbox) + (select count(*) from parked) as count`,
      );
      const durable = await broker.durableState(listened.stream, listened.durable);
      return Number(row?.count) + (durable?.pending ?? 0) + (durable?.unacknowledged ?? 0);
    },
    async [Symbol.asyncDispose]() {
      for (const each of running) await each[Symbol.asyncDispose]();
      await broker.close();
      await pool.close(closeMs);
      await corePool.close(closeMs);
    },
  };
}

const storeEffect = consumes(OrderCreatedSchema, {
  handle: ({ q }: Transaction, { orderId }) =>
    q.execute(sql`insert into effects (order_id) values (${orderId})`),
});

function settingsFor({ databaseUrl, natsUrl }: PeerWorld) {
  return z.object(messagingSettings).parse({ DATABASE_URL: databaseUrl, NATS_URL: natsUrl });
}
