import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Seen } from "./decision.ts";
import { type Item, newItem } from "./item.ts";
import { orderReservation } from "./reservation.ts";
import { reserveStock } from "./reserve-stock.ts";

const item = (sku: string, initial: number, priceCents = 100): Item =>
  newItem({ sku, name: sku, description: null, photoUrl: null, priceCents, initial });

function seeing(...items: readonly Item[]): Seen {
  const bySku = new Map(items.map((each) => [each.sku, each]));
  return {
    key: orderReservation(17n),
    reservation: undefined,
    itemOf: (sku) => bySku.get(sku),
  };
}

describe("reserveStock", () => {
  test("sets one line aside at the menu's price and states it", () => {
    const decision = reserveStock(seeing(item("burger", 5, 890)), [{ sku: "burger", quantity: 2 }]);

    const reservation = {
      source: "order",
      ref: "17",
      state: "RESERVED",
      lines: [{ sku: "burger", quantity: 2, priceCents: 890 }],
      totalCents: 1780,
      version: 1,
    };
    expect(decision as unknown).toEqual({
      reservation,
      move: { from: "available", to: "reserved" },
      facts: [{ type: "StockReserved", reservation }],
    });
  });

  test("names every sku that is unknown, deleted or too few, in the order of the lines", () => {
    const menu = seeing(item("burger", 5), item("pizza", 1), { ...item("soup", 9), deleted: true });

    const { reservation, move, facts } = reserveStock(menu, [
      { sku: "pizza", quantity: 2 },
      { sku: "burger", quantity: 5 },
      { sku: "nothing", quantity: 1 },
      { sku: "soup", quantity: 1 },
    ]);

    expect(reservation).toMatchObject({
      state: "REJECTED",
      reason: "insufficient stock",
      missing: ["pizza", "nothing", "soup"],
      version: 1,
    });
    expect(move).toBeUndefined();
    expect(facts.map(({ type }) => type)).toEqual(["StockRejected"]);
  });

  test("gives the last piece, and not one more", () => {
    const menu = seeing(item("burger", 5));

    expect(reserveStock(menu, [{ sku: "burger", quantity: 5 }]).reservation?.state).toBe(
      "RESERVED",
    );
    expect(reserveStock(menu, [{ sku: "burger", quantity: 6 }]).reservation?.state).toBe(
      "REJECTED",
    );
  });

  test("reserves all lines or none, and misses exactly those it cannot cover", () => {
    const stocked = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.nat(20)), {
      selector: ([sku]) => sku,
      maxLength: 50,
      minLength: 1,
    });

    fc.assert(
      fc.property(stocked, fc.integer({ min: 1, max: 20 }), (menu, quantity) => {
        const lines = menu.map(([sku]) => ({ sku, quantity }));
        const tooFew = menu.filter(([, initial]) => initial < quantity).map(([sku]) => sku);

        const { reservation, move } = reserveStock(
          seeing(...menu.map(([sku, initial]) => item(sku, initial))),
          lines,
        );

        expect(move !== undefined).toBe(tooFew.length === 0);
        expect(reservation?.state === "REJECTED" ? reservation.missing : []).toEqual(tooFew);
        expect(reservation?.lines.map(({ sku }) => sku)).toEqual(lines.map(({ sku }) => sku));
      }),
    );
  });

  test("adds up the largest order there may be without losing a cent", () => {
    const lines = Array.from({ length: 50 }, (_, at) => ({
      sku: `sku-${at}`,
      quantity: 1_000_000,
    }));
    const menu = seeing(...lines.map(({ sku }) => item(sku, 1_000_000, 100_000_000)));

    const { reservation } = reserveStock(menu, lines);

    expect(reservation).toMatchObject({ totalCents: 5_000_000_000_000_000 });
    expect(5_000_000_000_000_000).toBeLessThan(Number.MAX_SAFE_INTEGER);
  });
});
