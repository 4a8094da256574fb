import type { Broker } from "./messaging/broker.ts";

/** How replicas tell each other what changed: at most once, and perhaps never. */
export interface Hints {
  send(data: string): void;
  /** Returns how to stop. */
  listen(listener: (data: string) => void): () => void;
}

/** Hints under one topic of the broker. */
export function brokerHints(broker: Pick<Broker, "hint" | "onHint">, topic: string): Hints {
  return {
    send: (data) => broker.hint(topic, data),
    listen: (listener) => broker.onHint(topic, listener),
  };
}

/** Keeps one hint well below the broker's largest message, whatever the ids are. */
const IDS_PER_HINT_MAX = 500;

/** Sends what changed within one turn of the event loop as one hint. */
export function hintSender(hints: Hints) {
  let pending = new Map<string, number>();

  function flush(): void {
    const entries = [...pending];
    pending = new Map();
    for (let start = 0; start < entries.length; start += IDS_PER_HINT_MAX)
      hints.send(JSON.stringify(entries.slice(start, start + IDS_PER_HINT_MAX)));
  }

  return {
    send: (id: string, version: number): void => {
      if (pending.size === 0) setImmediate(flush);
      pending.set(id, version);
    },
  };
}

/** Ids with the versions they have reached. Nonsense from the wire is passed over: a hint is only a hint. */
export function readHint(data: string): readonly (readonly [string, number])[] {
  try {
    const entries: unknown = JSON.parse(data);
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(entry: unknown): entry is readonly [string, number] {
  return Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "number";
}
