import { keyGroups } from "./key-groups.ts";
import type { PendingMessage } from "./outbox-store.ts";

/**
 * What the relay holds in memory: every message once, the messages of a key in a queue of their
 * own, at most one of them in flight. It holds what may be sent now; of what is refused it keeps
 * only as much as it takes to try again, and the rest stays in the outbox.
 */
export interface RelayQueue {
  /** Takes messages in. What is held already, or is to stay in the outbox for now, is passed over. */
  add(messages: readonly PendingMessage[]): void;
  /**
   * Takes the next message that may be sent: of a key with none in flight and no wait before it,
   * and of a stream that `mayTake`. It stays held, and its key taken, until `release` or `retryAfter`.
   */
  take(nowMs: number, mayTake?: (stream: string) => boolean): PendingMessage | undefined;
  /** The broker has it: the key may go on. The message stays held until `forget`. */
  release(message: PendingMessage): void;
  /** How often in a row the message was not acknowledged. */
  failures(message: PendingMessage): number;
  /** The broker may not have it: the same message goes first again, no earlier than `atMs`. */
  retryAfter(message: PendingMessage, atMs: number): void;
  /** What waits for another attempt at this stream may be tried at once: it was away, and is back. */
  retryNow(stream: string): void;
  /** It is finished: gone from the outbox, or to be read anew. */
  forget(ids: readonly number[]): void;
  clear(): void;
  readonly heldIds: readonly number[];
  /** Keys of which no more is to be read: they fill their share, or wait for another attempt. */
  readonly heldKeys: readonly string[];
  /** Streams of which no more is to be read: too many of their keys wait for another attempt. */
  readonly closedStreams: readonly string[];
  readonly size: number;
  /** Grows when messages leave the memory unsent: a read that began before may lack them. */
  readonly drops: number;
  /** When the first waiting key may be tried again; undefined when none waits. */
  nextRetryMs(): number | undefined;
}

export interface RelayQueueOptions {
  /** The stream that takes a subject. */
  readonly streamOf: (subject: string) => string;
  /** Hears that messages which had to stay in the outbox may be read. */
  readonly readable: () => void;
  /** Keys of one stream that may wait for another attempt; with more, the stream is closed. */
  readonly waitingPerStreamMax?: number;
}

/** A key with a long backlog may not crowd out the others. It is read again once little is left. */
const perKeyMax = 64;
const perKeyLow = 16;
export const waitingPerStreamDefault = 256;

interface KeyQueue {
  readonly messages: PendingMessage[];
  taken: boolean;
  failures: number;
  notBeforeMs: number;
}

export function relayQueue({
  streamOf,
  readable,
  waitingPerStreamMax = waitingPerStreamDefault,
}: RelayQueueOptions): RelayQueue {
  const held = new Map<number, PendingMessage>();
  const keys = new Map<string, KeyQueue>();
  /** By stream, the keys that may be sent, in the order in which they became so. */
  const ready = keyGroups();
  /** By stream, the keys whose first message failed and was not acknowledged since. */
  const failing = keyGroups();
  const waiting = new Set<string>();
  const full = new Set<string>();
  let firstRetryMs = Number.POSITIVE_INFINITY;
  let drops = 0;

  const isClosed = (stream: string) => failing.count(stream) >= waitingPerStreamMax;

  const settle = (key: string, queue: KeyQueue) => {
    queue.taken = false;
    const [first] = queue.messages;
    if (first) ready.add(streamOf(first.subject), key);
    else keys.delete(key);
  };

  const drop = (messages: PendingMessage[]) => {
    drops += messages.length;
    for (const { id } of messages.splice(0)) held.delete(id);
  };

  /** What is not in flight and has not failed leaves the memory. */
  const dropReady = (stream: string) => {
    for (const key of ready.take(stream)) {
      const queue = keys.get(key);
      if (queue && queue.failures > 0) {
        // Its turn to be tried again has come: it keeps the stream closed, so it is what opens it.
        ready.add(stream, key);
        continue;
      }
      if (queue) drop(queue.messages);
      keys.delete(key);
      full.delete(key);
    }
  };

  const addOne = (message: PendingMessage) => {
    const { id, key } = message;
    const queue = keys.get(key) ?? { messages: [], taken: false, failures: 0, notBeforeMs: 0 };
    // Of a key that waits only the first message is held: whatever follows is read when it is sent.
    if (queue.failures > 0) return;
    keys.set(key, queue);
    held.set(id, message);
    insertInOrder(queue.messages, message);
    if (queue.messages.length > perKeyMax) drop(queue.messages.splice(perKeyMax));
    if (queue.messages.length === perKeyMax) full.add(key);
    if (!queue.taken && queue.messages.length === 1) ready.add(streamOf(message.subject), key);
  };

  const wakeWaiting = (nowMs: number) => {
    if (nowMs < firstRetryMs) return;
    firstRetryMs = Number.POSITIVE_INFINITY;
    for (const key of waiting) {
      const queue = keys.get(key);
      if (queue && queue.notBeforeMs > nowMs) {
        firstRetryMs = Math.min(firstRetryMs, queue.notBeforeMs);
        continue;
      }
      waiting.delete(key);
      if (queue) settle(key, queue);
    }
  };

  return {
    add(messages) {
      for (const message of messages) {
        if (!held.has(message.id) && !isClosed(streamOf(message.subject))) addOne(message);
      }
    },

    take(nowMs, mayTake = () => true) {
      wakeWaiting(nowMs);
      const key = ready.takeFirst(mayTake);
      const queue = key === undefined ? undefined : keys.get(key);
      if (key === undefined || !queue) return undefined;
      queue.taken = true;
      const message = queue.messages.shift();
      if (queue.messages.length <= perKeyLow && full.delete(key)) readable();
      return message;
    },

    release({ key, subject }) {
      const queue = keys.get(key);
      if (!queue) return;
      if (queue.failures > 0) {
        queue.failures = 0;
        failing.delete(streamOf(subject), key);
        readable();
      }
      settle(key, queue);
    },

    failures: ({ key }) => keys.get(key)?.failures ?? 0,

    retryAfter(message, atMs) {
      const { key } = message;
      const queue = keys.get(key);
      if (!queue) return;
      const stream = streamOf(message.subject);
      drop(queue.messages);
      full.delete(key);
      if (queue.failures === 0 && isClosed(stream)) {
        drop([message]);
        keys.delete(key);
        return;
      }
      queue.messages.push(message);
      queue.taken = false;
      queue.failures += 1;
      queue.notBeforeMs = atMs;
      failing.add(stream, key);
      waiting.add(key);
      firstRetryMs = Math.min(firstRetryMs, atMs);
      if (queue.failures === 1 && isClosed(stream)) dropReady(stream);
    },

    retryNow(stream) {
      for (const key of failing.keys(stream)) {
        const queue = keys.get(key);
        if (queue) queue.notBeforeMs = 0;
      }
      if (failing.count(stream) > 0) firstRetryMs = Number.NEGATIVE_INFINITY;
    },

    forget(ids) {
      for (const id of ids) held.delete(id);
    },

    clear() {
      for (const collection of [held, keys, ready, failing, waiting, full]) collection.clear();
      firstRetryMs = Number.POSITIVE_INFINITY;
    },

    get heldIds() {
      return [...held.keys()];
    },
    get heldKeys() {
      return [...full, ...failing.values()];
    },
    get closedStreams() {
      return failing.groups().filter(isClosed);
    },
    get size() {
      return held.size;
    },
    get drops() {
      return drops;
    },

    nextRetryMs: () => (waiting.size > 0 ? firstRetryMs : undefined),
  };
}

/** Messages that were put back have younger ids than the later versions that stayed. */
function insertInOrder(messages: PendingMessage[], message: PendingMessage): void {
  const { version, id } = message;
  let at = messages.length;
  for (; at > 0; at -= 1) {
    const before = messages[at - 1];
    if (!before || before.version < version || (before.version === version && before.id < id))
      break;
  }
  messages.splice(at, 0, message);
}
