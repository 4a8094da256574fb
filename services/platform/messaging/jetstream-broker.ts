import { jetstreamManager, type StreamInfo } from "@nats-io/jetstream";
import {
  AuthorizationError,
  type MsgHdrs,
  type NatsConnection,
  PermissionViolationError,
} from "nats";
import type { Clock } from "../clock.ts";
import { requireNats, ServerTooOld } from "../server-versions.ts";
import { within } from "../within.ts";
import { answerWatch } from "./answer-watch.ts";
import type { Broker, DurableState, StreamState } from "./broker.ts";
import type { BrokerUser } from "./broker-user.ts";
import type { HeaderBlock } from "./headers.ts";
import { connectForEver } from "./jetstream-connect.ts";
import { elsewhere } from "./jetstream-elsewhere.ts";
import { absentIfMissing } from "./jetstream-errors.ts";
import { blockOf } from "./jetstream-message.ts";
import { type PublishWindow, publishWindow } from "./jetstream-publish.ts";
import { readStream } from "./jetstream-read.ts";
import { subscribeDurable } from "./jetstream-subscription.ts";
import { unlessAborted } from "./unless-aborted.ts";

export interface JetStreamOptions {
  readonly servers: readonly string[];
  /** Shown in the server's connection list. */
  readonly name: string;
  /** As whom, where the server asks. */
  readonly user?: BrokerUser | undefined;
  /** How long one request may take to be answered. */
  readonly timeoutMs?: number;
  /** The same for a publish. A late answer costs only a duplicate, and the next is asked sooner. */
  readonly publishTimeoutMs?: number;
  readonly clock: Clock;
}

/** The broker of production, and the connection for what only JetStream has, such as its topology. */
export interface JetStreamBroker extends Broker {
  /** Resolves once connected; rejects when that takes longer than `timeoutMs`, or with `ServerTooOld`. */
  connection(timeoutMs: number): Promise<NatsConnection>;
}

/** The metadata in which a durable remembers where its stream began when it was made. */
export const createdAtSequenceKey = "quickbite.created-at-sequence";

/**
 * Connects in the background and for ever: a service starts, and takes calls, while the broker is
 * away. What needs the broker rejects at once as long as there is no connection.
 */
export function openJetStream({
  servers,
  name,
  user,
  clock,
  timeoutMs = 5_000,
  publishTimeoutMs = Math.min(timeoutMs, 2_000),
}: JetStreamOptions): JetStreamBroker {
  let live: NatsConnection | undefined;
  let up = false;
  const closing = new AbortController();
  let unfit: ServerTooOld | undefined;
  /** Why there is no connection, where that is known: a wrong key looks like an outage otherwise. */
  let locked: Error | undefined;
  const onRefusal = (error: unknown) => {
    if (!(error instanceof AuthorizationError)) return;
    locked = new Error(`the broker does not let us in: ${error.message}`, { cause: error });
  };
  const onFailure = (error: unknown) => {
    locked = undefined;
    onRefusal(error);
  };
  let window: PublishWindow | undefined;
  const listeners = new Map<string, Set<(data: string) => void>>();
  const reconnected = new Set<() => void>();
  const onReconnect = (listener: () => void) => {
    reconnected.add(listener);
    return () => void reconnected.delete(listener);
  };
  /** Aborts what a connection was asked when it breaks: the answers went with it. */
  let broken = new AbortController();
  const giveUp = (reason: Error) => {
    broken.abort(reason);
    window?.giveUp(reason);
  };

  const other = elsewhere({ servers, name, user, clock });
  const watch = answerWatch({
    clock,
    // With one server there is nowhere else to go.
    seek: (message) => {
      if (live && servers.length > 1) void other.seek(live, message, watch.silent);
    },
  });

  const opening = connectForEver(
    { servers, name, user, clock, choose: other.choose, onFailure },
    closing.signal,
  ).then(async (nc) => {
    unfit = await closedIfTooOld(nc);
    if (unfit) throw unfit;
    live = nc;
    up = true;
    locked = undefined;
    window = publishWindow({ nc, user, clock, timeoutMs: publishTimeoutMs, watch });
    for (const topic of listeners.keys()) relayHints(nc, topic, listeners);
    const { forbidden } = window;
    const onError = (error: Error) => {
      onRefusal(error);
      if (error instanceof PermissionViolationError) forbidden(error);
    };
    void watchStatus(nc, onError, (connected) => {
      up = connected;
      if (connected) locked = undefined;
      watch.renewed();
      if (connected) {
        broken = new AbortController();
        for (const listener of reconnected) listener();
      }
      if (!connected) giveUp(new Error("the connection to the broker broke"));
    });
    return nc;
  });
  // Whoever awaits it sees the failure; here it only must not count as unhandled.
  opening.catch(() => undefined);

  const connected = (): NatsConnection => {
    if (!live || !up) throw unfit ?? locked ?? new Error("not connected to the broker");
    return live;
  };
  const connectionNow = () => {
    const { signal } = broken;
    return () => !signal.aborted;
  };
  const asked = <T>(answer: Promise<T>) => unlessAborted(broken.signal, answer);
  const manager = () =>
    asked(jetstreamManager(connected(), { timeout: timeoutMs, checkAPI: false }));

  const messageAt: Broker["messageAt"] = async (stream, sequence) => {
    const jsm = await manager();
    return absentIfMissing(async () => {
      const message = await asked(jsm.streams.getMessage(stream, { seq: sequence }));
      if (!message) return undefined;
      return {
        stream,
        sequence: message.seq,
        subject: message.subject,
        headers: blockOf(() => message.header),
        payload: message.data,
        publishedAt: message.time,
      };
    });
  };

  return {
    connected: () => up,
    async connection(limitMs) {
      try {
        return await within(opening, limitMs, "no connection to the broker");
      } catch (error) {
        throw locked ?? error;
      }
    },

    async publish({ subject, headers, payload }) {
      connected();
      if (!window) throw new Error("not connected to the broker");
      return window.publish(subject, payload, readyHeaders(headers));
    },

    subscribe: async (stream, durable, inHandMax) =>
      subscribeDurable(connected(), {
        stream,
        durable,
        inHandMax,
        timeoutMs,
        clock,
        onReconnect,
        guard: { connection: connectionNow, messageAt },
      }),

    async streamState(stream) {
      const jsm = await manager();
      return absentIfMissing(async () => stateOf(await asked(jsm.streams.info(stream))));
    },

    async durableState(stream, durable) {
      const jsm = await manager();
      return absentIfMissing(async (): Promise<DurableState> => {
        const info = await asked(jsm.consumers.info(stream, durable));
        return {
          ackFloor: info.ack_floor.stream_seq,
          delivered: info.delivered.stream_seq,
          pending: info.num_pending,
          unacknowledged: info.num_ack_pending,
          redelivered: info.num_redelivered,
          pulls: info.num_waiting,
          createdAtSequence: Number(info.config.metadata?.[createdAtSequenceKey] ?? 1),
        };
      });
    },

    read(stream, options = {}) {
      return readStream(connected(), stream, options, { timeoutMs, broken: broken.signal });
    },

    messageAt,

    hint(topic, data = "") {
      if (live && up) live.publish(`hints.${topic}`, data);
    },

    onHint(topic, listener) {
      const known = listeners.get(topic);
      const all = known ?? new Set();
      all.add(listener);
      if (!known) {
        listeners.set(topic, all);
        if (live) relayHints(live, topic, listeners);
      }
      return () => void all.delete(listener);
    },

    async close() {
      closing.abort();
      up = false;
      giveUp(new Error("the broker connection is closed"));
      window?.close();
      await live?.close();
    },
  };
}

/** A server that is too old is left, for good, and said to be so by whatever needs it. */
async function closedIfTooOld(nc: NatsConnection): Promise<ServerTooOld | undefined> {
  try {
    requireNats(nc.info?.version);
    return undefined;
  } catch (error) {
    await nc.close();
    if (error instanceof ServerTooOld) return error;
    throw error;
  }
}

function relayHints(
  nc: NatsConnection,
  topic: string,
  listeners: ReadonlyMap<string, ReadonlySet<(data: string) => void>>,
): void {
  nc.subscribe(`hints.${topic}`, {
    callback: (error, message) => {
      if (error) return;
      for (const listener of listeners.get(topic) ?? []) listener(message.string());
    },
  });
}

async function watchStatus(
  nc: NatsConnection,
  onError: (error: Error) => void,
  set: (connected: boolean) => void,
): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type === "error") onError(status.error);
    if (status.type === "disconnect" || status.type === "close") set(false);
    if (status.type === "reconnect") set(true);
  }
  set(false);
}

/** Our header block is sent as it is stored: the client asks headers only for their encoded form. */
function readyHeaders(block: HeaderBlock): MsgHdrs {
  const bytes = new TextEncoder().encode(`NATS/1.0\r\n${block}\r\n\r\n`);
  return { encode: () => bytes } as unknown as MsgHdrs;
}

/** A stream with less room than this has none: hardly a message with its headers is smaller. */
const messageBytes = 512;

function stateOf({ created, state, config }: StreamInfo): StreamState {
  const { max_bytes: bytesMax, max_msgs: messagesMax } = config;
  return {
    createdAt: String(created),
    firstSequence: state.first_seq,
    firstAt: new Date(state.first_ts),
    lastSequence: state.last_seq,
    deleted: state.num_deleted ?? 0,
    messages: state.messages,
    bytes: state.bytes,
    ...(bytesMax > 0 ? { bytesMax } : {}),
    full:
      (bytesMax > 0 && state.bytes + messageBytes > bytesMax) ||
      (messagesMax > 0 && state.messages >= messagesMax),
  };
}
