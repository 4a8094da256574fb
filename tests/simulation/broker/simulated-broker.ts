import type { StreamDeclaration } from "@app/contracts/topology.ts";
import { guardedAnswers } from "@app/platform/messaging/answers.ts";
import type { Broker, Delivery, StoredMessage } from "@app/platform/messaging/broker.ts";
import { outcomeOf } from "../world/process.ts";
import { type BrokerServer, type Connected, payloadMax } from "./broker-server.ts";
import type { Pull } from "./durable.ts";
import type { Link } from "./link.ts";
import { SimulatedSubscription } from "./simulated-subscription.ts";
import { matches } from "./stored-stream.ts";

export interface SimulatedBrokerOptions {
  readonly server: BrokerServer;
  readonly link: Link;
  /** How long one publish or request may take to be answered. */
  readonly timeoutMs: number;
}

/** A client's side of one connection that comes back by itself. */
export interface Connection {
  readonly server: BrokerServer;
  readonly link: Link;
  /** Grows when the connection breaks: what was on its way then is lost. */
  readonly epoch: number;
  readonly up: boolean;
  /** What was asked for on it and is not all here. */
  readonly pulls: Set<Pull>;
  request<T>(what: string, effect: () => T, lateText?: string): Promise<T>;
  /** Sends what nobody answers, and loses it without a connection. */
  send(what: string, effect: () => void): void;
}

export interface SimulatedBroker extends Broker {
  /** Makes the streams and durables that are declared and missing. */
  ensureTopology(declared: readonly StreamDeclaration[], duplicateWindowMs: number): Promise<void>;
  /** The process died: the server sees its connection end. */
  abandon(): void;
  /** The connection breaks, and comes back after a while. */
  breakFor(durationMs: number): void;
}

/** The broker as one process sees it. It passes the contract that JetStream passes. */
export function simulatedBroker(options: SimulatedBrokerOptions): SimulatedBroker {
  const { server, link } = options;
  const { connection, breakOff, reconnected, close } = connect(options);
  const listeners = new Map<string, Set<(data: string) => void>>();
  const subscriptions = new Set<SimulatedSubscription>();
  // Without delay, because what a connection comes to is noticed in the order in which it happens.
  const connected: Connected = {
    broken: (reason) =>
      link.after(0, () => {
        breakOff(reason);
        for (const each of subscriptions) each.broken();
      }),
    restored: () =>
      link.after(0, () => {
        if (!server.up || !reconnected()) return;
        for (const each of subscriptions) each.restored();
      }),
    hear: (topic, data) => {
      const { epoch } = connection;
      if (!listeners.has(topic)) return;
      link.toClient("hint", () => {
        if (connection.epoch !== epoch) return;
        for (const listener of listeners.get(topic) ?? []) listener(data);
      });
    },
  };
  server.connections.add(connected);

  const { request } = connection;
  return {
    connected: () => connection.up,

    async publish(message) {
      if (message.payload.length + message.headers.length > payloadMax)
        throw new Error("the payload exceeds what the broker takes");
      return request(
        "publish",
        () => server.publish(message),
        `the broker did not acknowledge within ${options.timeoutMs} ms`,
      );
    },

    async subscribe(stream, durable, inHandMax) {
      await request("subscribe", () => void server.durable(stream, durable));
      const subscription = new SimulatedSubscription(
        connection,
        { stream, durable, inHandMax },
        () => subscriptions.delete(subscription),
      );
      subscriptions.add(subscription);
      return subscription;
    },

    streamState: (stream) => request("stream state", () => server.streams.get(stream)?.state()),
    durableState: (stream, durable) =>
      request("durable state", () => server.streams.get(stream)?.durables.get(durable)?.state()),
    messageAt: (stream, sequence) =>
      request("message", () => server.streams.get(stream)?.get(sequence)),

    async *read(stream, { subject, fromSequence = 1, toSequence, headersOnly = false } = {}) {
      const found = await request("read", () =>
        server
          .stream(stream)
          .between(fromSequence, toSequence ?? Number.POSITIVE_INFINITY)
          .filter((message) => !subject || matches(subject, message.subject)),
      );
      for (const message of found)
        yield headersOnly ? { ...message, payload: new Uint8Array() } : message;
    },

    hint(topic, data = "") {
      connection.send("hint", () => server.hint(topic, data));
    },

    onHint(topic, listener) {
      const known = listeners.get(topic) ?? new Set();
      listeners.set(topic, known.add(listener));
      return () => void known.delete(listener);
    },

    ensureTopology: (declared, duplicateWindowMs) =>
      request("topology", () => server.apply(declared, duplicateWindowMs)),

    abandon() {
      server.connections.delete(connected);
      server.forgetPulls(connection.pulls);
    },

    breakFor(durationMs) {
      server.forgetPulls(connection.pulls);
      connected.broken("the connection broke");
      link.after(durationMs, () => connected.restored());
    },

    async close() {
      server.connections.delete(connected);
      server.forgetPulls(connection.pulls);
      breakOff("the broker connection is closed");
      close();
      for (const each of subscriptions) each.broken();
    },
  };
}

function connect({ server, link, timeoutMs }: SimulatedBrokerOptions) {
  const unanswered = new Set<(reason: Error) => void>();
  let up = server.up;
  let closed = false;
  let epoch = 0;

  const connection: Connection = {
    server,
    link,
    pulls: new Set(),
    get epoch() {
      return epoch;
    },
    get up() {
      return up;
    },
    request: (what, effect, lateText) =>
      new Promise((resolve, reject) => {
        if (!up) return reject(new Error("not connected to the broker"));
        const isAnswered = () => {
          stopWaiting();
          return unanswered.delete(giveUp);
        };
        const giveUp = (reason: Error) => {
          if (isAnswered()) reject(reason);
        };
        const late = () => giveUp(new Error(lateText ?? `${what} was not answered in time`));
        const stopWaiting = link.after(timeoutMs, late);
        unanswered.add(giveUp);
        link.toBroker(what, () =>
          server.serve(() => {
            const outcome = outcomeOf(effect);
            link.toClient(what, () => {
              if (!isAnswered()) return;
              if (outcome.ok) resolve(outcome.value);
              else reject(outcome.error);
            });
          }),
        );
      }),
    send(what, effect) {
      if (!up) return;
      const sentIn = epoch;
      link.toBroker(what, () => {
        if (epoch === sentIn) server.serve(effect);
      });
    },
  };
  const breakOff = (reason: string) => {
    up = false;
    epoch += 1;
    for (const giveUp of [...unanswered]) giveUp(new Error(reason));
  };
  return {
    connection,
    breakOff,
    reconnected: () => {
      if (closed) return false;
      up = true;
      return true;
    },
    close: () => {
      closed = true;
    },
  };
}

/** A message in a client's hands. Its answer reaches whatever durable of that name there is by then. */
export function deliveryOf(
  connection: Connection,
  { stream, durable, isGone }: DeliveredTo,
  message: StoredMessage & { readonly redelivered: boolean },
): Delivery {
  const { server } = connection;
  const { sequence } = message;
  let answered = false;
  const answer = (what: string, effect: Parameters<BrokerServer["answer"]>[2]) => {
    if (answered) return;
    answered = what !== "working";
    connection.send(what, () => server.answer(stream, durable, effect));
  };
  const answers = {
    ack: () => answer("ack", (of) => of.ack(sequence)),
    nak: (delayMs: number) => answer("nak", (of) => of.nak(sequence, delayMs, server.nowMs)),
    working: () => answer("working", (of) => of.working(sequence, server.nowMs)),
  };
  const guard = {
    connection: () => {
      const { epoch } = connection;
      return () => connection.epoch === epoch;
    },
    isGone,
    messageAt: (of: string, at: number) =>
      connection.request("message", () => server.streams.get(of)?.get(at)),
  };
  return { ...message, ...guardedAnswers(message, answers, guard) };
}

interface DeliveredTo {
  readonly stream: string;
  readonly durable: string;
  readonly isGone: () => boolean;
}
