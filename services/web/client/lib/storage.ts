/** One value that outlives the page, shared by all tabs of the site. */
export interface Stored<T> {
  /** The same object until the value changes, so that it can be compared. */
  get(): T;
  set(value: T): void;
  /** Hears of every change, also of other tabs. Answers how to stop listening. */
  subscribe(listener: () => void): () => void;
}

export interface StoredSettings<T> {
  /** Reads what was kept, perhaps by an older version of the page; undefined drops it. */
  readonly parse: (value: unknown) => T | undefined;
  readonly initial: T;
  /** Where values are kept; undefined in a browser that keeps none. */
  readonly storage?: Pick<Storage, "getItem" | "setItem"> | undefined;
  /** Where `storage` events of other tabs come from. */
  readonly tabs?: Pick<EventTarget, "addEventListener">;
}

const prefix = "quickbite.";

/**
 * Keeps a value as JSON in the browser's storage. Where that is full, private or forbidden the value
 * lives as long as the page does, and nothing else changes for whoever uses it.
 */
export function stored<T>(name: string, settings: StoredSettings<T>): Stored<T> {
  const { parse, initial, storage = browserStorage(), tabs = globalThis } = settings;
  const key = `${prefix}${name}`;
  const listeners = new Set<() => void>();
  let text: string | null = null;
  let value = initial;
  /** Set once the storage has failed: from then on it tells less than the page knows. */
  let alone = storage === undefined;

  const read = (kept: string | null) => {
    text = kept;
    value = kept === null ? initial : (parsed(kept, parse) ?? initial);
  };
  const changed = () => {
    for (const listener of listeners) listener();
  };

  tabs.addEventListener("storage", (event) => {
    // A null key says that everything was cleared.
    const { key: ofKey } = event as StorageEvent;
    if (ofKey === key || ofKey === null) changed();
  });

  return {
    get() {
      if (alone) return value;
      const kept = attempt(() => storage?.getItem(key) ?? null);
      if (kept === failed) alone = true;
      else if (kept !== text) read(kept);
      return value;
    },
    set(next) {
      const nextText = JSON.stringify(next);
      const kept = alone ? failed : attempt(() => storage?.setItem(key, nextText));
      alone = kept === failed;
      text = nextText;
      value = next;
      changed();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * Takes away all that is kept under names that end with `.` and whose it is, such as `tickets.u1`:
 * for whoever leaves, because the next at this browser may be somebody else.
 */
export function forgetOwned(
  owner: string,
  storage: Pick<Storage, "length" | "key" | "removeItem"> | undefined = browserStorage(),
): void {
  attempt(() => {
    const keys = Array.from({ length: storage?.length ?? 0 }, (_, nth) => storage?.key(nth) ?? "");
    for (const key of keys)
      if (key.startsWith(prefix) && key.endsWith(`.${owner}`)) storage?.removeItem(key);
  });
}

const failed = Symbol("failed");

/** Storage throws when it is full, and when the reader forbids it. */
function attempt<T>(action: () => T): T | typeof failed {
  try {
    return action();
  } catch (error) {
    console.debug("the browser keeps nothing", error);
    return failed;
  }
}

function parsed<T>(text: string, parse: (value: unknown) => T | undefined): T | undefined {
  const value = attempt(() => JSON.parse(text) as unknown);
  return value === failed ? undefined : parse(value);
}

function browserStorage(): Storage | undefined {
  const found = attempt(() => globalThis.localStorage);
  return found === failed ? undefined : found;
}
