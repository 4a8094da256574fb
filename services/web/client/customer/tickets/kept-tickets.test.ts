import { describe, expect, test } from "bun:test";
import { stored } from "../../lib/storage.ts";
import { type KeptTicket, keptTicketsIn, ticketStore } from "./kept-tickets.ts";

const dayMs = 24 * 3_600_000;
const ticket = (bookingId: string, startMs: number): KeptTicket => ({
  bookingId,
  ticket: "a.b.c",
  seats: 2,
  eventName: "Aida",
  startMs,
  endMs: startMs + 3_600_000,
  hall: "Großer Saal",
  place: "Vienna",
  holder: "Ada",
});

function world(kept = "{}") {
  let text = kept;
  const storage = {
    getItem: () => text,
    setItem: (_key: string, value: string) => {
      text = value;
    },
  };
  const settings = { parse: keptTicketsIn, initial: {}, storage, tabs: new EventTarget() };
  const clock = { now: 10 * dayMs };
  return { clock, store: ticketStore(stored("t", settings), () => clock.now) };
}

describe("the tickets of a browser", () => {
  test("are kept until a day after their event, and taken away when their booking does not stand", () => {
    const { store, clock } = world();
    store.keep(ticket("a", 10 * dayMs));
    store.keep(ticket("b", 11 * dayMs));

    store.drop("b");
    expect(Object.keys(store.get())).toEqual(["a"]);

    clock.now += 2 * dayMs;
    store.keep(ticket("c", 13 * dayMs));
    expect(Object.keys(store.get())).toEqual(["c"]);
  });

  test("are the fifty that are needed next", () => {
    const { store } = world();
    for (let day = 70; day > 10; day -= 1) store.keep(ticket(`d${day}`, day * dayMs));

    expect(Object.keys(store.get())).toHaveLength(50);
    expect(store.get().d11).toEqual(ticket("d11", 11 * dayMs));
    expect(store.get().d70).toBeUndefined();
  });

  test("are the same object while nothing changes, so that nothing is drawn anew", () => {
    const { store } = world();
    store.keep(ticket("a", 10 * dayMs));
    const before = store.get();

    store.keep(ticket("a", 10 * dayMs));
    store.drop("nobody's");

    expect(store.get()).toBe(before);
  });

  test("that cannot be read are left out", () => {
    const { store } = world(JSON.stringify({ a: ticket("a", 1), b: { bookingId: "b" }, c: null }));

    expect(Object.keys(store.get())).toEqual(["a"]);
    expect(keptTicketsIn(7)).toBeUndefined();
  });
});
