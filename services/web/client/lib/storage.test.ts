import { describe, expect, test } from "bun:test";
import { forgetOwned, stored } from "./storage.ts";

/** A browser's storage, as two tabs share it. */
function shared() {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  return { kept, storage };
}

const numberIn = (value: unknown) => (typeof value === "number" ? value : undefined);

function counter(storage: Pick<Storage, "getItem" | "setItem">, tabs = new EventTarget()) {
  return stored<number>("counter", { parse: numberIn, initial: 0, storage, tabs });
}

describe("a stored value", () => {
  test("outlives the page", () => {
    const { storage } = shared();

    counter(storage).set(3);

    expect(counter(storage).get()).toBe(3);
  });

  test("is what it begins with while nothing readable is kept", () => {
    const { kept, storage } = shared();

    expect(counter(storage).get()).toBe(0);
    for (const text of ["not json", '"3"', "{}"]) {
      kept.set("quickbite.counter", text);
      expect(counter(storage).get()).toBe(0);
    }
  });

  test("stays the same object until it changes", () => {
    const { storage } = shared();
    const list = stored<readonly number[]>("list", {
      parse: (value) => (Array.isArray(value) ? value : undefined),
      initial: [],
      storage,
      tabs: new EventTarget(),
    });
    list.set([1]);
    const first = list.get();

    expect(list.get()).toBe(first);
    list.set([1]);
    expect(list.get()).not.toBe(first);
  });

  test("tells its listeners of changes here and in other tabs, until they stop", () => {
    const { kept, storage } = shared();
    const tabs = new EventTarget();
    const here = counter(storage, tabs);
    const heard: number[] = [];
    const stop = here.subscribe(() => heard.push(here.get()));
    const elsewhere = (key: string | null, value: string) => {
      if (key !== null) kept.set(key, value);
      tabs.dispatchEvent(Object.assign(new Event("storage"), { key }));
    };

    here.set(1);
    elsewhere("quickbite.counter", "2");
    elsewhere("quickbite.other", "9");
    kept.clear();
    elsewhere(null, "");
    stop();
    here.set(4);

    expect(heard).toEqual([1, 2, 0]);
  });

  test("lives as long as the page where the browser keeps nothing", () => {
    const refused = () => {
      throw new DOMException("no", "SecurityError");
    };
    const value = counter({ getItem: refused, setItem: refused });

    value.set(5);

    expect(value.get()).toBe(5);
  });

  test("is not forgotten when the storage fills up", () => {
    const { kept, storage } = shared();
    let full = false;
    const setItem = (key: string, text: string) => {
      if (full) throw new DOMException("full", "QuotaExceededError");
      storage.setItem(key, text);
    };
    const value = counter({ ...storage, setItem });
    value.set(1);
    full = true;

    value.set(2);

    expect(value.get()).toBe(2);
    expect(kept.get("quickbite.counter")).toBe("1");
  });
});

test("forgetting somebody takes what was kept for them, and nothing else", () => {
  const { kept, storage } = shared();
  const names = ["tickets.u1", "holds.u1", "tickets.u11", "tickets.guest-u1", "basket"];
  for (const name of names) kept.set(`quickbite.${name}`, "1");
  kept.set("of.another.page.u1", "1");

  forgetOwned("u1", {
    ...storage,
    get length() {
      return kept.size;
    },
    key: (nth) => [...kept.keys()][nth] ?? null,
    removeItem: (key) => void kept.delete(key),
  });

  expect([...kept.keys()]).toEqual([
    "quickbite.tickets.u11",
    "quickbite.tickets.guest-u1",
    "quickbite.basket",
    "of.another.page.u1",
  ]);
});
