import type { KeyedMessage } from "./inbox.ts";
import { type Incoming, readHeaders } from "./incoming.ts";

type Keyed = Incoming & { readonly lane: { readonly key: string; readonly version: number } };

/**
 * A message from this service's own store, as if it were delivered now. Its id and lane are those
 * that it was stored under.
 */
export function readHeld(held: KeyedMessage): Keyed {
  const { key, version, eventId } = held;
  return { ...readHeaders(held), eventId, lane: { key, version } };
}
