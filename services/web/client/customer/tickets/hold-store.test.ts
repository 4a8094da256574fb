import { describe, expect, test } from "bun:test";
import { stored } from "../../lib/storage.ts";
import { holdStore, holdsOf, keptHoldsIn } from "./hold-store.ts";

const aida = { id: "e1", name: "Aida" };
const asked = { news: "asked", key: "k1", seats: 2 } as const;

function world(text = "{}") {
  const kept = new Map([["quickbite.t", text]]);
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const tabs = new EventTarget();
  const clock = { now: 1_000 };
  const settings = { parse: keptHoldsIn, initial: {}, storage, tabs };
  const open = () => holdStore(stored("t", settings), () => clock.now);
  return { open, clock, kept };
}

describe("the holds of a browser", () => {
  test("are the same in all tabs, and begin from what another tab knows", () => {
    const { open } = world();
    const [one, other] = [open(), open()];

    one.tell(aida, asked);
    other.tell(aida, { ...asked, key: "k2" });

    expect(other.get()).toEqual({
      e1: { step: { step: "asking", key: "k1", seats: 2 }, eventName: "Aida", changedMs: 1_000 },
    });
    expect(one.get()).toEqual(other.get());
  });

  test("are forgotten when they are back at the beginning, and a day after their last change", () => {
    const { open, clock } = world();
    const store = open();
    store.tell(aida, asked);
    store.tell({ id: "e2", name: "Tosca" }, asked);

    store.tell(aida, { news: "refused" });
    expect(Object.keys(store.get())).toEqual(["e2"]);

    clock.now += 24 * 3_600_000;
    store.tell(aida, asked);
    expect(Object.keys(store.get())).toEqual(["e1"]);
  });

  test("are at most fifty, the newest", () => {
    const { open, clock } = world();
    const store = open();
    for (let n = 0; n < 60; n += 1) {
      clock.now += 1;
      store.tell({ id: `e${n}`, name: "Aida" }, asked);
    }

    expect(Object.keys(store.get())).toHaveLength(50);
    expect(store.get().e59).toBeDefined();
    expect(store.get().e0).toBeUndefined();
  });

  test("that cannot be read are left out", () => {
    const held = { step: { step: "asking", key: "k", seats: 1 }, eventName: "Aida", changedMs: 1 };
    const { open } = world(JSON.stringify({ e1: held, e2: { step: "?" }, e3: null }));

    expect(open().get()).toMatchObject({ e1: held });
    expect(keptHoldsIn("nonsense")).toBeUndefined();
  });

  test("of two people are apart, and of one the same", () => {
    expect(holdsOf("ada")).toBe(holdsOf("ada"));
    holdsOf("ada").tell(aida, asked);

    expect(holdsOf("bob").get()).toEqual({});
    expect(holdsOf("ada").get().e1?.eventName).toBe("Aida");
  });
});
