import { describe, expect, test } from "bun:test";
import { isTestCode, sourceFiles, textOf } from "./repository.ts";
import { lineAt, literalText, type Node, nameOf, nodesOf, parse, type Source } from "./syntax.ts";

/** Words of the products that stand on the core. Whoever adopts the core sells something else. */
const tradeWords = new Set(
  [
    ["sku", "skus", "seat", "seats", "burger", "burgers", "pizza"],
    ["stock", "menu", "dish", "dishes", "inventory", "reservation", "reservations"],
    ["orders", "booking", "bookings", "ticket", "tickets", "hall", "halls"],
  ].flat(),
);

/** "order" is also how things follow each other; in this company it can only be what people place. */
const orderAsTrade =
  /(?<![a-z])(?:order(?:_(?:id|created|confirmed|cancelled|items?|lines?|status)(?![a-z])|\/)|(?:place|confirm|cancel)_order(?![a-z]))/;

describe("the core", () => {
  test("knows no word of the trade", () => {
    const core = sourceFiles().filter(
      (path) => path.startsWith("services/platform/") && !isTestCode(path),
    );

    expect(core.flatMap((path) => tradeWordsIn(path, textOf(path)))).toEqual([]);
  });

  test.each([
    "export const orderId = 1;",
    "export function placeOrder() {}",
    "export const a = { sku: 1 };",
    "export interface A { readonly seatsLeft: number }",
    `export const a = "orders.v1.order_created";`,
    `export const key = "order/17";`,
    "export const a = `order/@{id}`;".replace("@", "$"),
    `export const a = "INVENTORY";`,
    `import { a } from "@app/contracts/gen/orders/v1/a_pb.ts";`,
  ])("is caught saying %s", (text) => {
    expect(tradeWordsIn("a.ts", text).length).toBeGreaterThan(0);
  });

  test.each([
    "export const lockOrder = 1;",
    `export const a = { order: "key" };`,
    `export const a = "locks rows in order of their keys";`,
    "export const a = rows.orderBy(asc(t.id));",
    "// such as order/17 of orders.v1.order_created",
  ])("may say %s", (text) => {
    expect(tradeWordsIn("a.ts", text)).toEqual([]);
  });
});

/** Trade words in identifiers and in text that the program carries; comments may give examples. */
function tradeWordsIn(path: string, text: string): readonly string[] {
  const source = parse(path, text);
  return [...nodesOf(source)].flatMap((node) =>
    wordsOf(node, source).map((word) => `${path}:${lineAt(source, node)} says ${word}`),
  );
}

function wordsOf(node: Node, { text }: Source): readonly string[] {
  const said = nameOf(node) ?? literalText(node) ?? quasiText(node, text);
  if (said === undefined) return [];

  const words = said.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
  const found = words.split(/[^a-z]+/).filter((word) => tradeWords.has(word));
  const order = orderAsTrade.exec(words)?.[0];
  return order === undefined ? found : [...found, order];
}

/** The written part of a template between its holes. */
function quasiText({ type, start, end }: Node, text: string): string | undefined {
  return type === "TemplateElement" ? text.slice(start, Number(end)) : undefined;
}
