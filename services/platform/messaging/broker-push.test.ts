import { expect, test } from "bun:test";
import { streams } from "@app/contracts/topology.ts";
import { connect, type NatsConnection } from "nats";
import { eventually } from "../testing/eventually.ts";
import { keyedBroker, testUser } from "../testing/keyed-broker.ts";
import { asBrokerUser } from "./broker-user.ts";

const asked = async (nc: NatsConnection, subject: string, body: object = {}) =>
  JSON.parse((await nc.request(subject, JSON.stringify(body), { timeout: 30_000 })).string());

/** A reader that the broker sends to, wherever its maker says. */
const pushed = (nc: NatsConnection, name: string, to: string) =>
  asked(nc, `$JS.API.CONSUMER.CREATE.ORDERS.${name}`, {
    stream_name: "ORDERS",
    action: "create",
    config: { name, deliver_subject: to, deliver_policy: "all", ack_policy: "none" },
  });

// The broker looks at no right to a reader's subject, but delivers only to whoever listens to exactly that.
test("a service that has the broker push to another's subjects puts nothing into its stream", async () => {
  await using broker = await keyedBroker(streams);
  const as = (name: string) =>
    connect({ servers: broker.url, ...asBrokerUser({ name, seed: broker.seedOf(name) }) });
  await using opened = new AsyncDisposableStack();
  const [orders, onlooker] = [await as("orders"), await as(testUser)];
  for (const nc of [orders, onlooker]) opened.defer(() => nc.close());
  const mine = "_INBOX.orders.mine";
  let heard = 0;
  orders.subscribe(mine, { callback: () => void heard++ });
  await orders.flush();

  const forger = await pushed(orders, "forger", "inventory.v1.thing_done.1");
  const own = await pushed(orders, "own", mine);
  await asked(orders, "orders.v1.thing_done.1");
  await eventually(() => expect(heard).toBe(1), { deadlineMs: 30_000 });

  expect([forger.error, own.error]).toEqual([undefined, undefined]);
  const state = await asked(orders, "$JS.API.CONSUMER.INFO.ORDERS.forger");
  expect([state.delivered.stream_seq, state.num_pending]).toEqual([0, 1]);
  const { state: others } = await asked(onlooker, "$JS.API.STREAM.INFO.INVENTORY");
  expect(others.messages).toBe(0);
}, 120_000);
