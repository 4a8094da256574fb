import { setClock } from "@app/platform/testing/store-contract/frozen-clock.ts";
import {
  contractConsumer,
  type MessagingStores,
  type StoreState,
} from "@app/platform/testing/store-contract/messaging-stores.ts";
import { openBoundary } from "../../boundary.ts";
import { chanceOf, simulatedRandom } from "../../world/chance.ts";
import { messagingTables } from "../messaging-tables.ts";
import { modelClient } from "../model-client.ts";
import { modelInbox } from "../model-inbox.ts";
import { appendToModelOutbox, modelOutbox } from "../model-outbox.ts";
import { ModelServer } from "../model-server.ts";

/** The models of the core's stores, as the contract drives them. */
export async function modelStores(): Promise<MessagingStores> {
  const clock = setClock(new Date(0));
  let stores = fresh();

  function fresh() {
    const server = new ModelServer(clock);
    const owner = "contract";
    const random = simulatedRandom(chanceOf(1), () => clock.now().getTime());
    const db = modelClient({ server, owner, boundary: openBoundary, random });
    const unit = { stores: {}, lock: async () => undefined };
    return {
      server,
      db,
      inbox: modelInbox<Record<string, never>>(db, contractConsumer, () => unit),
      outbox: modelOutbox(db),
    };
  }

  return {
    get inbox() {
      return stores.inbox;
    },
    get outbox() {
      return stores.outbox;
    },
    append: (messages) => stores.db.transaction((tx) => appendToModelOutbox(tx, messages)),
    setNow: async (now) => clock.set(now),
    empty: async () => {
      stores = fresh();
    },
    state: async () => modelState(stores.server),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** All committed rows of the core's tables in a model's database, by their keys. */
export function modelState(server: ModelServer): StoreState {
  const tables = messagingTables(server);
  const own = tables.consumer(contractConsumer);
  const rows = <K extends string | number, V>(table: { readonly committed: Map<K, V> }): V[] =>
    [...table.committed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  const named = [...tables.streamsSeen.committed].sort(([a], [b]) => (a < b ? -1 : 1));
  const handled = [...own.inbox.committed].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    outbox: rows(tables.outbox),
    sent: rows(tables.sent),
    streamsSeen: named.map(([stream, seen]) => ({ stream, ...seen })),
    brokerSeen: rows(tables.brokerSeen),
    inbox: handled.map(([eventId, handledAt]) => ({ eventId, handledAt })),
    lanes: rows(own.lanes),
    parked: rows(own.parked),
    attempts: rows(own.attempts),
    deadLetters: rows(own.deadLetters),
    revisions: rows(own.revisions),
    audit: rows(tables.audit),
  };
}
