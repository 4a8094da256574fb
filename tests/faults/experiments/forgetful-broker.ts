import { cp, rm } from "node:fs/promises";
import { streams } from "@app/contracts/topology.ts";
import { applyTopology } from "@app/platform/messaging/topology.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import {
  type SinkWorld,
  sinkConsumer,
  sinkWorld,
  startReplica,
} from "@app/platform/testing/sink.ts";
import { type TcpProxy, tcpProxy } from "@app/platform/testing/tcp-proxy.ts";
import { jetStreamApi } from "../jetstream-api.ts";
import { wiretap } from "./wiretap.ts";

/** What the relay did about a loss, read from the wire, and what came of it. */
export interface Repair {
  /** Publishes on the stream's subjects from the loss on. */
  readonly publishes: number;
  /** PubAcks that were no duplicates. */
  readonly stored: number;
  /** What the stream holds in the end. */
  readonly held: number;
  /** Rows that handlers wrote, over all the time. */
  readonly effects: number;
  /** Rows whose version does not follow the one before of their key. */
  readonly disorder: number;
}

export interface ForgetfulBroker {
  /** After the store was put back to where it was after `keptMessages`. */
  readonly putBack: Repair;
  /** After the stream was then deleted and made again. */
  readonly deleted: Repair;
}

/** Publishes that may be under way at once, and so may be repeated. */
export const publishWindow = 256;
export const messages = 1_000;
export const keptMessages = 600;
const keys = 100;
const dedupWindowMs = 1_000;
const HANDLED_DEADLINE_MS = 60_000;

/**
 * 1 000 messages are published and handled. The broker's store is put back to where it was after
 * 600 of them; then the stream is deleted and made again. The broker's memory for duplicates is one
 * second long, so that nothing but the relay's own judgement keeps a message from being sent again.
 */
export async function forgetfulBroker(): Promise<ForgetfulBroker> {
  await using world = await sinkWorld();
  await makeStreams(world);
  await using link = await tcpProxy({ target: world.nats.url });
  const { url } = world.nats;
  // It expects the streams as they are, or it would give the dedup window its usual length.
  await using _replica = startReplica(
    { databaseUrl: world.databaseUrl, natsUrl: link.through(url) },
    { settings: { TOPOLOGY: "expect" } },
  );
  const copy = `${world.nats.storeDir}-copy`;
  await sendFrom(world, 1, keptMessages);
  await world.nats.server.stop();
  await cp(world.nats.storeDir, copy, { recursive: true });
  await world.nats.server.restart();
  await sendFrom(world, keptMessages + 1, messages);
  await dedupWindowOver();

  const putBack = await repairOf(world, link, async () => {
    await world.nats.server.kill();
    await rm(world.nats.storeDir, { recursive: true });
    await cp(copy, world.nats.storeDir, { recursive: true });
    await world.nats.server.restart();
    await rm(copy, { recursive: true });
  });
  await dedupWindowOver();
  const deleted = await repairOf(world, link, async () => {
    await jetStreamApi(world.broker, "STREAM.DELETE.ORDERS");
    await makeStreams(world);
  });
  return { putBack, deleted };
}

/** Makes the broker forget while the relay cannot see it, then watches what the relay does. */
async function repairOf(
  world: SinkWorld,
  link: TcpProxy,
  forget: () => Promise<void>,
): Promise<Repair> {
  await link.set("refuse");
  link.cut();
  await forget();
  await eventually(() => world.broker.connected(), { deadlineMs: 10_000 });
  using tap = await wiretap(world.broker, { stream: "ORDERS", subject: "orders.v1.>" });
  await link.set("none");

  const held = async () => (await world.broker.streamState("ORDERS"))?.messages ?? 0;
  await eventually(async () => (await held()) >= messages, { deadlineMs: HANDLED_DEADLINE_MS });
  await allHandled(world);
  return {
    publishes: tap.publishes,
    stored: tap.stored,
    held: await held(),
    effects: (await world.handled()).length,
    disorder: await world.disorder(),
  };
}

async function makeStreams(world: SinkWorld): Promise<void> {
  await applyTopology(await world.broker.connection(5_000), streams);
  const { config } = await jetStreamApi(world.broker, "STREAM.INFO.ORDERS");
  const nanosPerMs = 1_000_000;
  const changed = { ...(config as object), duplicate_window: dedupWindowMs * nanosPerMs };
  await jetStreamApi(world.broker, "STREAM.UPDATE.ORDERS", changed);
}

/** Commits messages by number, those of a key in order, and waits until they are handled. */
async function sendFrom(world: SinkWorld, first: number, last: number): Promise<void> {
  for (let number = first; number <= last; number += 1) {
    const index = number - 1;
    await world.send(String(index % keys), [Math.floor(index / keys) + 1]);
  }
  await allHandled(world);
}

/** Nothing is left to send, to deliver or to acknowledge. */
async function allHandled(world: SinkWorld): Promise<void> {
  const { stream, durable } = sinkConsumer;
  await eventually(
    async () => {
      const state = await world.broker.durableState(stream, durable);
      const left = state ? state.pending + state.unacknowledged : Number.NaN;
      return (await world.pending()) === 0 && left === 0;
    },
    { deadlineMs: HANDLED_DEADLINE_MS, everyMs: 50 },
  );
}

async function dedupWindowOver(): Promise<void> {
  const overAt = performance.now() + dedupWindowMs;
  await eventually(() => performance.now() > overAt);
}
