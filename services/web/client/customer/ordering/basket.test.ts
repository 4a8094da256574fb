import { describe, expect, test } from "bun:test";
import {
  afterOrder,
  type Basket,
  basketIn,
  emptyBasket,
  linesMax,
  noteCharactersMax,
  piecesIn,
  quantityMax,
  quantityOf,
  refused,
  sending,
  withNote,
  withQuantity,
} from "./basket.ts";
import { totalOf } from "./basket-total.ts";

const burger = { sku: "burger", name: "Burger" };
const pizza = { sku: "pizza", name: "Pizza" };
const filled = withQuantity(withQuantity(emptyBasket, burger, 2), pizza, 1);

describe("a basket", () => {
  test("holds each dish once, in the order they came", () => {
    const more = withQuantity(filled, burger, 5);

    expect(more.lines.map(({ sku, quantity }) => [sku, quantity])).toEqual([
      ["burger", 5],
      ["pizza", 1],
    ]);
    expect(piecesIn(more)).toBe(6);
    expect(quantityOf(more, "pizza")).toBe(1);
    expect(quantityOf(more, "soup")).toBe(0);
  });

  test("loses a dish of which none is wanted", () => {
    expect(withQuantity(filled, burger, 0).lines).toEqual([{ ...pizza, quantity: 1 }]);
    expect(withQuantity(filled, burger, -1).lines).toHaveLength(1);
  });

  test("keeps within what an order may hold", () => {
    let full = emptyBasket;
    for (let n = 0; n < linesMax; n += 1) full = withQuantity(full, { sku: `s${n}`, name: "" }, 1);

    expect(withQuantity(full, burger, 1)).toBe(full);
    expect(quantityOf(withQuantity(filled, burger, quantityMax + 1), "burger")).toBe(quantityMax);
    const long = withNote(filled, "🍕".repeat(noteCharactersMax + 1));
    expect([...long.note]).toHaveLength(noteCharactersMax);
    expect(withNote(filled, "a\0b").note).toBe("ab");
  });

  test("costs what the menu says, and nothing for what it does not know", () => {
    const menu = [{ sku: "burger", priceCents: 890n }];

    expect(totalOf(filled, menu)).toBe(1_780);
  });
});

describe("the idempotency key of a basket", () => {
  test("is another one with every change of content, and none without content", () => {
    const noted = withNote(filled, "no onions");
    const keys = [filled, noted, withQuantity(noted, burger, 3), withQuantity(noted, pizza, 0)];

    expect(new Set(keys.map(({ key }) => key)).size).toBe(4);
    for (const { key } of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(withQuantity(withQuantity(filled, burger, 0), pizza, 0).key).toBe("");
  });

  test("stays while nothing changes, through sending and refusals", () => {
    expect(withNote(filled, filled.note)).toBe(filled);
    expect(sending(filled).key).toBe(filled.key);
    expect(refused(sending(filled), filled.key).key).toBe(filled.key);
  });

  test("survives a reload", () => {
    expect(basketIn(JSON.parse(JSON.stringify(sending(filled))))).toEqual(sending(filled));
  });
});

describe("a basket whose order was sent", () => {
  test("is empty once the order is accepted", () => {
    expect(afterOrder(sending(filled), filled.key)).toEqual(emptyBasket);
  });

  test("stays when it was changed while the order was on its way", () => {
    const changed = withQuantity(sending(filled), burger, 3);

    expect(changed.sent).toBe("changed-since");
    expect(afterOrder(changed, filled.key)).toEqual({ ...changed, sent: "no" });
  });

  test("knows that an order may be on its way, until somebody answers", () => {
    expect(sending(filled).sent).toBe("unanswered");
    expect(withNote(sending(filled), "quick").sent).toBe("changed-since");
    expect(refused(sending(filled), filled.key).sent).toBe("no");
  });
});

describe("a basket that was kept", () => {
  const line = { ...burger, quantity: 1 };
  const bad: readonly (readonly [string, unknown])[] = [
    ["nothing", null],
    ["text", "basket"],
    ["no lines", { note: "", key: "", sent: "no" }],
    ["a quantity of 0", { ...filled, lines: [{ ...line, quantity: 0 }] }],
    ["half a dish", { ...filled, lines: [{ ...line, quantity: 0.5 }] }],
    ["a nameless sku", { ...filled, lines: [{ name: "Burger", quantity: 1 }] }],
    ["an unknown state", { ...filled, sent: "perhaps" }],
    ["too many lines", { ...filled, lines: Array.from({ length: linesMax + 1 }, () => line) }],
  ];

  test.each(bad)("is not believed when it is %s", (_, value) => {
    expect(basketIn(value)).toBeUndefined();
  });

  test("is believed as this page writes it", () => {
    const written: Basket = { lines: [line], note: "n", key: "k", sent: "no" };

    expect(basketIn(JSON.parse(JSON.stringify(written)))).toEqual(written);
  });
});
