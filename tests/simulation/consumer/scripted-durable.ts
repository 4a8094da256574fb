import type { Broker, Delivery, Subscription } from "@app/platform/messaging/broker.ts";
import { decodeHeaders } from "@app/platform/messaging/headers.ts";
import { messageOf, sinkConsumer } from "@app/platform/testing/sink.ts";
import { BrokerServer } from "../broker/broker-server.ts";
import type { Link } from "../broker/link.ts";
import { simulatedBroker } from "../broker/simulated-broker.ts";

/** A message of the sink's, by its key and version. */
export type MessageName = `${string} v${number}`;

/** Longer than any test: what is not answered stays in hand. */
const ackWaitMs = 3_600_000;

/**
 * The sink's durable at a simulated broker whose wire and time are the test's: what comes when, and
 * together with what, does not depend on how busy the machine is. The broker's time stands still
 * until it is told to pass, so that nothing comes again by itself.
 */
export function scriptedDurable() {
  let nowMs = Date.now();
  const alarms: { readonly atMs: number; readonly run: () => void }[] = [];
  const server = new BrokerServer({
    nowMs: () => nowMs,
    after: (delayMs, run) => void alarms.push({ atMs: nowMs + delayMs, run }),
  });
  const { stream, durable } = sinkConsumer;
  server.createStream(stream, { subjects: ["orders.v1.>"], duplicateWindowMs: 0 });
  server.createDurable(stream, durable, { ackWaitMs, unacknowledgedMax: 1_000 });

  let held: (() => void)[] | undefined;
  const link: Link = {
    toBroker: (_, arrive) => arrive(),
    toClient: (what, arrive) => {
      if (held && what === "delivery") held.push(arrive);
      else arrive();
    },
    after: () => () => undefined,
  };
  const client = simulatedBroker({ server, link, timeoutMs: ackWaitMs });
  const acked: string[] = [];
  const givenBack: string[] = [];
  const subscriptions: Subscription[] = [];

  return {
    /** Tells what it is answered, and is else the client that it stands for. */
    broker: toldOf(client, { acked, givenBack, subscriptions }),
    acked,
    givenBack,
    /** How many came and were not yet taken. */
    waiting: () => subscriptions.reduce((sum, each) => sum + each.waiting(), 0),
    state: () => server.durable(stream, durable).state(),
    publish(...names: readonly MessageName[]): void {
      for (const name of names) server.publish(messageOfName(name));
    },
    /** Publishes a message that another consumer takes. Returns how that one gives it back. */
    async takenByAnother(name: MessageName): Promise<() => void> {
      server.publish(messageOfName(name));
      const other = await client.subscribe(stream, durable, 1);
      const [taken] = await other.next(1, new AbortController().signal);
      await other.close();
      return () => taken?.nak(0);
    },
    /** Keeps deliveries on the wire; returns how they all arrive, as by one packet. */
    holdDeliveries() {
      const waiting: (() => void)[] = [];
      held = waiting;
      return {
        count: () => waiting.length,
        arrive(): void {
          held = undefined;
          for (const arrive of waiting) arrive();
        },
      };
    },
    /** Lets time pass at the broker, and what is due by then happen. */
    pass(ms: number): void {
      nowMs += ms;
      const due = alarms.filter(({ atMs }) => atMs <= nowMs);
      for (const alarm of due) alarms.splice(alarms.indexOf(alarm), 1);
      for (const { run } of due) run();
    },
  };
}

export type ScriptedDurable = ReturnType<typeof scriptedDurable>;

interface Told {
  readonly acked: string[];
  readonly givenBack: string[];
  readonly subscriptions: Subscription[];
}

function toldOf(broker: Broker, { acked, givenBack, subscriptions }: Told): Broker {
  const told = (delivery: Delivery): Delivery => ({
    ...delivery,
    ack: () => {
      acked.push(nameOf(delivery));
      delivery.ack();
    },
    nak: (delayMs) => {
      givenBack.push(nameOf(delivery));
      delivery.nak(delayMs);
    },
  });
  return {
    ...broker,
    async subscribe(...to) {
      const subscription = await broker.subscribe(...to);
      subscriptions.push(subscription);
      return {
        waiting: () => subscription.waiting(),
        working: () => subscription.working(),
        close: () => subscription.close(),
        next: async (max, signal) => (await subscription.next(max, signal)).map(told),
      };
    },
  };
}

function messageOfName(name: MessageName) {
  const [key = "", version] = name.split(" v");
  return messageOf(key, Number(version));
}

function nameOf({ headers }: Delivery): string {
  const named = decodeHeaders(headers);
  return `${named.get("key")?.slice("order/".length)} v${named.get("version")}`;
}
