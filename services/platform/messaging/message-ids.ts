import { type Random, systemRandom, uuidV5 } from "../random.ts";

/** Gives each message its `event_id`, which is forever: also across retries, resends and redrives. */
export interface MessageIds {
  next(): string;
}

/** For messages that a request causes: UUIDv7, so that ids ascend roughly in time. */
export const messageIdsFrom = (random: Random): MessageIds => ({ next: () => random.uuidV7() });

export const randomMessageIds: MessageIds = messageIdsFrom(systemRandom);

/** The namespace of derived ids: itself the UUIDv5 of our name in the DNS namespace of RFC 9562. */
const derivedNamespace = uuidV5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "messages.quickbite");

/**
 * For messages that a message causes: UUIDv5 of (consumer, cause, n), so that a handler which runs
 * again states the same ids as before and the broker and every inbox recognise them.
 */
export function derivedMessageIds(consumer: string, causeId: string): MessageIds {
  let count = 0;
  return { next: () => uuidV5(derivedNamespace, `${consumer}/${causeId}/${count++}`) };
}
