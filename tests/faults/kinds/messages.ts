import type { StoredMessage } from "@app/platform/messaging/broker.ts";
import { decodeHeaders } from "@app/platform/messaging/headers.ts";
import type { Fault } from "../fault.ts";
import { jetStreamApi } from "../jetstream-api.ts";
import type { FaultWorld } from "../world.ts";

const ways = [
  { stream: "ORDERS", durable: "inventory-service" },
  { stream: "INVENTORY", durable: "orders-service" },
] as const;

const LATEST = 60;
const REPLAYED_MAX = 300;
const LATE_MAX_MS = 2_500;
const BLOCKED_MAX_MS = 3_000;
const REORDERED_MIN = 4;
const FORGOTTEN_MAX = 4;

/** The latest messages of a stream come again, at once and perhaps twice. */
const doubled: Fault = {
  name: "doubled messages",
  group: "D",
  points: ["messages doubled"],
  async inflict(world, random) {
    const latest = (await held(world, random.pick(ways).stream)).slice(-LATEST);
    for (const message of latest)
      for (let copy = random.between(0, 2); copy > 0; copy -= 1) await again(world, message);
    if (latest.length > 0) world.reached("messages doubled");
  },
};

/** The same, long after they were handled, and in any order. */
const late: Fault = {
  name: "late messages",
  group: "D",
  points: ["messages late"],
  async inflict(world, random) {
    const latest = (await held(world, random.pick(ways).stream)).slice(-LATEST);
    await world.hold(random.between(500, LATE_MAX_MS));
    for (const message of random.shuffled(latest)) await again(world, message);
    if (latest.length > 0) world.reached("messages late");
  },
};

/** Everything comes again from the start, forwards or backwards. */
const replayed: Fault = {
  name: "replayed streams",
  group: "D",
  points: ["streams replayed"],
  async inflict(world, random) {
    for (const { stream } of ways) {
      const all = (await held(world, stream)).slice(0, REPLAYED_MAX);
      if (random.chance(50)) all.reverse();
      for (const message of all) await again(world, message);
    }
    world.reached("streams replayed");
  },
};

/**
 * Messages reach the stream in another order than they were stated, as from a relay that had
 * several of a key under way: later versions of an order come before earlier ones.
 */
const reordered: Fault = {
  name: "reordered messages",
  group: "D",
  points: ["messages reordered"],
  async inflict(world, random) {
    const links = world.links.filter(({ from, to }) => from === "orders" && to === "nats");
    for (const { proxy } of links) {
      await proxy.set("refuse");
      proxy.cut();
    }
    try {
      const stated = () => world.sql.orders<Stated[]>`
        select subject, headers, payload from outbox
        where subject like 'orders.v1.%' order by id desc limit ${LATEST}`;
      await world.until(async () => (await stated()).length >= REORDERED_MIN, BLOCKED_MAX_MS);
      const messages = await stated();
      for (const message of random.shuffled(messages)) await world.broker.publish(message);
      if (messages.length >= REORDERED_MIN) world.reached("messages reordered");
    } finally {
      for (const { proxy } of links) await proxy.set("none");
    }
  },
};

interface Stated {
  readonly subject: string;
  readonly headers: string;
  readonly payload: Uint8Array;
}

/** Messages that were handled come again with the same id, key and version, and say something else. */
const forged: Fault = {
  name: "forged messages",
  group: "D",
  points: ["messages forged"],
  async inflict(world, random) {
    const { stream, durable } = random.pick(ways);
    const { ackFloor } = (await world.broker.durableState(stream, durable)) ?? { ackFloor: 0 };
    const handled = (await held(world, stream)).filter(({ sequence }) => sequence <= ackFloor);
    for (const message of handled.slice(-LATEST)) {
      const other = random.pick(handled);
      if (typeOf(other) !== typeOf(message) || other === message) continue;
      await again(world, { ...message, payload: other.payload });
      world.reached("messages forged");
    }
  },
};

/** The broker loses messages that it had acknowledged, handled or not. */
const forgotten: Fault = {
  name: "forgotten messages",
  group: "D",
  points: ["messages forgotten"],
  async inflict(world, random) {
    const { stream } = random.pick(ways);
    const count = random.between(1, FORGOTTEN_MAX);
    for (const { sequence } of (await held(world, stream)).slice(-count)) {
      await jetStreamApi(world.broker, `STREAM.MSG.DELETE.${stream}`, { seq: sequence });
      world.reached("messages forgotten");
    }
  },
};

export const messageFaults: readonly Fault[] = [
  doubled,
  late,
  replayed,
  reordered,
  forged,
  forgotten,
];

async function held({ broker }: FaultWorld, stream: string): Promise<StoredMessage[]> {
  return Array.fromAsync(broker.read(stream));
}

const typeOf = ({ headers }: StoredMessage) => decodeHeaders(headers).get("ce-type");

/** Publishes a message once more, past the broker's deduplication. */
async function again(
  { broker }: FaultWorld,
  { subject, headers, payload }: Pick<StoredMessage, "subject" | "headers" | "payload">,
): Promise<void> {
  const unknown = headers.replace(/^Nats-Msg-Id: .*$/im, `Nats-Msg-Id: ${crypto.randomUUID()}`);
  await broker.publish({ subject, headers: unknown, payload });
}
