import {
  type ConsumerMessages,
  JetStreamError,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from "@nats-io/jetstream";
import type { NatsConnection } from "nats";
import type { Clock } from "../clock.ts";
import { type AnswerGuard, guardedAnswers } from "./answers.ts";
import type { Delivery, Subscription } from "./broker.ts";
import { isMissing } from "./jetstream-errors.ts";
import { storedMessage } from "./jetstream-message.ts";

interface DurableOptions {
  readonly stream: string;
  readonly durable: string;
  /** Most messages to hold that `next` has not returned yet. */
  readonly inHandMax: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Calls back whenever the connection was made again. Returns how to stop. */
  readonly onReconnect: (listener: () => void) => () => void;
  readonly guard: Omit<AnswerGuard, "isGone">;
}

/**
 * A cluster goes on delivering to a pull from behind a cut, into nowhere, for as long as the pull
 * lasts, and such messages come again only after the ack wait: pulls end before a leader is elected.
 */
const pullExpiresMs = 3_000;
const heartbeatMs = 1_000;
const pullAgainMs = 100;
/** Whoever leads the durable knows it at once; without a leader nobody answers. */
const askMs = 1_000;
/** While one share ends and is asked for anew, another keeps coming. */
const sharesAtOnce = 2;

/**
 * A standing pull on one durable, renewed also over reconnects; when the durable or its stream is
 * gone, `next` rejects and the caller subscribes anew. It pulls in shares that its queue has room
 * for: the client's own endless pull goes on whether or not anybody takes what came, until one
 * replica sits on all that the durable hands out at a time.
 */
export async function subscribeDurable(
  nc: NatsConnection,
  { stream, durable, inHandMax, timeoutMs, clock, onReconnect, guard }: DurableOptions,
): Promise<Subscription> {
  const consumer = await jetstream(nc, { timeout: timeoutMs }).consumers.get(stream, durable);
  const queue: Delivery[] = [];
  const closing = new AbortController();
  const share = Math.max(1, Math.floor(inHandMax / sharesAtOnce));
  const pulling = new Set<ConsumerMessages>();
  const waitingForRoom = new Set<() => void>();
  let asked = 0;
  let arrived: () => void = () => undefined;
  let ended: Error | undefined;

  const roomMade = () => {
    for (const go of waitingForRoom) go();
    waitingForRoom.clear();
  };
  const pullShare = async () => {
    let missing = share;
    let pull: ConsumerMessages | undefined;
    asked += share;
    try {
      pull = await consumer.fetch({
        max_messages: share,
        expires: pullExpiresMs,
        idle_heartbeat: heartbeatMs,
      });
      pulling.add(pull);
      if (closing.signal.aborted) pull.stop();
      for await (const message of pull) {
        missing -= 1;
        asked -= 1;
        if (closing.signal.aborted) message.nak();
        else queue.push(deliveryOf(message, { ...guard, isGone: () => ended !== undefined }));
        arrived();
      }
    } finally {
      if (pull) pulling.delete(pull);
      asked -= missing;
    }
  };
  const pullOn = async () => {
    while (!closing.signal.aborted && !ended) {
      if (queue.length + asked + share > inHandMax) {
        await new Promise<void>((resolve) => waitingForRoom.add(resolve));
        continue;
      }
      try {
        await pullShare();
      } catch (error) {
        ended = await endOf(nc, { stream, durable }, error);
        if (!ended) await clock.sleep(pullAgainMs, closing.signal);
      }
    }
    arrived();
    roomMade();
  };
  const running = Promise.all(Array.from({ length: sharesAtOnce }, pullOn));
  // A pull does not outlive its connection. The client would first ask for the durable, and where
  // that has no leader yet, wait ten seconds before it asks again.
  const forget = onReconnect(() => {
    for (const pull of pulling) pull.stop();
  });

  return {
    async next(max, signal) {
      while (queue.length === 0 && !ended && !signal.aborted) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
          signal.addEventListener("abort", arrived, { once: true });
        });
        signal.removeEventListener("abort", arrived);
        // What was read from the socket with the first comes one by one: with it they are one batch.
        await new Promise(setImmediate);
      }
      if (queue.length === 0 && ended && !signal.aborted) throw ended;
      const deliveries = signal.aborted ? [] : queue.splice(0, max);
      roomMade();
      return deliveries;
    },
    waiting: () => queue.length,
    working() {
      for (const delivery of queue) delivery.working();
    },
    async close() {
      closing.abort();
      for (const pull of pulling) pull.stop();
      for (const delivery of queue.splice(0)) delivery.nak(0);
      roomMade();
      forget();
      await running;
    },
  };
}

/** What a failed pull means: the error when there is nothing left to pull from, else nothing. */
async function endOf(
  nc: NatsConnection,
  { stream, durable }: Pick<DurableOptions, "stream" | "durable">,
  failure: unknown,
): Promise<Error | undefined> {
  const error = failure instanceof Error ? failure : new JetStreamError(String(failure));
  if (nc.isClosed()) return error;
  try {
    const jsm = await jetstreamManager(nc, { timeout: askMs, checkAPI: false });
    await jsm.consumers.info(stream, durable);
    return undefined;
  } catch (asked) {
    // No answer is no finding: the connection is away, or the server busy.
    return isMissing(asked) || nc.isClosed() ? error : undefined;
  }
}

function deliveryOf(message: JsMsg, guard: AnswerGuard): Delivery {
  const stored = storedMessage(message.info.stream, message);
  const answers = {
    ack: () => message.ack(),
    nak: (delayMs: number) => message.nak(Math.max(1, Math.round(delayMs))),
    working: () => message.working(),
  };
  return {
    ...stored,
    redelivered: message.redelivered,
    ...guardedAnswers(stored, answers, guard),
  };
}
