import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { stockDifference } from "../testing/stock-difference.ts";
import type { Decision, Seen } from "./decision.ts";
import { type Item, newItem } from "./item.ts";
import { orderReservation, type Reservation, type ReservationState } from "./reservation.ts";
import { reserveStock } from "./reserve-stock.ts";
import { consumeReservation, releaseReservation } from "./settle-reservation.ts";
import { moveStock } from "./stock.ts";

const key = orderReservation(17n);
const lines = [
  { sku: "burger", quantity: 2 },
  { sku: "pizza", quantity: 1 },
];
const priced = lines.map((line) => ({ ...line, priceCents: 100 }));

const reservations: Readonly<Record<ReservationState, Reservation>> = {
  RESERVED: { ...key, state: "RESERVED", lines: priced, totalCents: 300, version: 1 },
  CONSUMED: { ...key, state: "CONSUMED", lines: priced, totalCents: 300, version: 1 },
  RELEASED: { ...key, state: "RELEASED", lines: priced, totalCents: 300, version: 1 },
  REJECTED: { ...key, state: "REJECTED", lines, reason: "no", missing: ["pizza"], version: 1 },
};

const news = {
  reserve: (seen: Seen) => reserveStock(seen, lines),
  consume: consumeReservation,
  release: releaseReservation,
} as const;

const menu = (initial: number): ReadonlyMap<string, Item> =>
  new Map(
    lines.map(({ sku }) => [
      sku,
      newItem({ sku, name: sku, description: null, photoUrl: null, priceCents: 100, initial }),
    ]),
  );

const seeing = (reservation: Reservation | undefined, items = menu(10)): Seen => ({
  key,
  reservation,
  itemOf: (sku) => items.get(sku),
});

describe("what becomes of a reservation", () => {
  const table = [
    ["none", "reserve", "RESERVED", "available → reserved"],
    ["none", "consume", "none", "none"],
    ["none", "release", "RELEASED", "none"],
    ["RESERVED", "reserve", "RESERVED", "none"],
    ["RESERVED", "consume", "CONSUMED", "reserved → consumed"],
    ["RESERVED", "release", "RELEASED", "reserved → available"],
    ["CONSUMED", "reserve", "CONSUMED", "none"],
    ["CONSUMED", "consume", "CONSUMED", "none"],
    ["CONSUMED", "release", "RELEASED", "consumed → available"],
    ["RELEASED", "reserve", "RELEASED", "none"],
    ["RELEASED", "consume", "RELEASED", "none"],
    ["RELEASED", "release", "RELEASED", "none"],
    ["REJECTED", "reserve", "REJECTED", "none"],
    ["REJECTED", "consume", "REJECTED", "none"],
    ["REJECTED", "release", "REJECTED", "none"],
  ] as const;

  test.each(table)("%s on %s becomes %s, stock moves %s", (before, what, after, moved) => {
    const reservation = before === "none" ? undefined : reservations[before];

    const decision = news[what](seeing(reservation));

    expect(decision.reservation?.state ?? "none").toBe(after);
    expect(moveText(decision)).toBe(moved);
    // Only the outcome of a new order's first reserve is news to others.
    expect(decision.facts).toHaveLength(before === "none" && what === "reserve" ? 1 : 0);
    if (before === after) expect(decision.reservation).toBe(reservation);
  });

  test("the table is total", () => {
    const pairs = new Set(table.map(([before, what]) => `${before} ${what}`));

    expect(pairs.size).toBe(table.length);
    expect<number>(table.length).toBe(
      (Object.keys(reservations).length + 1) * Object.keys(news).length,
    );
  });

  test("a release that comes first leaves a mark without lines, which refuses the late reserve", () => {
    const mark = releaseReservation(seeing(undefined)).reservation;

    expect(mark).toEqual({ ...key, state: "RELEASED", lines: [], totalCents: 0, version: 0 });
    expect(reserveStock(seeing(mark), lines)).toEqual({ reservation: mark, facts: [] });
  });

  test("lines and prices stay as they were reserved", () => {
    const consumed = consumeReservation(seeing(reservations.RESERVED)).reservation;
    const released = releaseReservation(seeing(consumed)).reservation;

    expect(released).toEqual({ ...reservations.RESERVED, state: "RELEASED" } as Reservation);
  });

  test("whatever is told, however often, stock is conserved and held exactly by what holds", () => {
    const step = fc.constantFrom<keyof typeof news>("reserve", "consume", "release");

    fc.assert(
      fc.property(fc.nat(4), fc.array(step, { maxLength: 12 }), (initial, steps) => {
        let items = menu(initial);
        let reservation: Reservation | undefined;
        for (const what of steps) {
          const decision = news[what](seeing(reservation, items));
          items = apply(items, decision);
          reservation = decision.reservation;
        }

        const held = reservation?.state;
        for (const { sku, quantity } of lines) {
          const stock = items.get(sku)?.stock;
          expect(stock && stockDifference(stock)).toBe(0);
          expect(stock?.reserved).toBe(held === "RESERVED" ? quantity : 0);
          expect(stock?.consumed).toBe(held === "CONSUMED" ? quantity : 0);
        }
      }),
    );
  });
});

const moveText = ({ move }: Decision) => (move ? `${move.from} → ${move.to}` : "none");

function apply(items: ReadonlyMap<string, Item>, { reservation, move }: Decision) {
  if (!move || !reservation) return items;
  const moved = new Map(items);
  for (const { sku, quantity } of reservation.lines) {
    const item = items.get(sku);
    if (item) moved.set(sku, { ...item, stock: moveStock(item.stock, move, quantity) });
  }
  return moved;
}
