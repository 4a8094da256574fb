import { newId } from "../../lib/new-id.ts";
import { stored } from "../../lib/storage.ts";

export interface BasketLine {
  readonly sku: string;
  /** As the menu called it when it was added; the menu's own word wins where it is known. */
  readonly name: string;
  readonly quantity: number;
}

/**
 * What somebody is about to order. It has one idempotency key per content: the key stays through
 * double clicks, lost answers and reloads until the order is accepted, and goes with every change.
 */
export interface Basket {
  readonly lines: readonly BasketLine[];
  readonly note: string;
  readonly key: string;
  /**
   * What is known of its order: nothing was sent; it was sent and no answer came; or it was sent, no
   * answer came, and then it was changed, so that two orders may come of it.
   */
  readonly sent: "no" | "unanswered" | "changed-since";
}

/** As the contract has them. */
export const linesMax = 50;
export const quantityMax = 1_000_000;
export const noteCharactersMax = 1_000;

export const emptyBasket: Basket = { lines: [], note: "", key: "", sent: "no" };

/** The basket of this browser; all its tabs follow it. */
export const basket = stored<Basket>("basket", { parse: basketIn, initial: emptyBasket });

/** How many pieces are in it. */
export function piecesIn({ lines }: Basket): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

export function quantityOf({ lines }: Basket, sku: string): number {
  return lines.find((line) => line.sku === sku)?.quantity ?? 0;
}

/** The basket with so many of a dish; none takes its line away. More lines than fit change nothing. */
export function withQuantity(
  of: Basket,
  { sku, name }: Omit<BasketLine, "quantity">,
  quantity: number,
): Basket {
  const kept = Math.min(quantityMax, Math.max(0, Math.trunc(quantity)));
  const there = of.lines.some((line) => line.sku === sku);
  if (!there && (kept === 0 || of.lines.length >= linesMax)) return of;
  const lines = there
    ? of.lines.map((line) => (line.sku === sku ? { ...line, quantity: kept } : line))
    : [...of.lines, { sku, name, quantity: kept }];
  return rekeyed({ ...of, lines: lines.filter((line) => line.quantity > 0) });
}

/** The note as far as it is taken, in characters as the contract counts them. */
export function withNote(of: Basket, note: string): Basket {
  const kept = [...note.replaceAll("\0", "")].slice(0, noteCharactersMax).join("");
  return kept === of.note ? of : rekeyed({ ...of, note: kept });
}

/** The basket while its order is on its way. */
export function sending(of: Basket): Basket {
  return { ...of, sent: "unanswered" };
}

/** The basket whose order was refused: nothing came of it, and nothing will. */
export function refused(of: Basket, key: string): Basket {
  return of.key === key && of.sent === "unanswered" ? { ...of, sent: "no" } : of;
}

/**
 * What is left when the order under `key` was accepted: nothing, unless the basket was changed while
 * the order was on its way. Then it is another basket and stays, and nothing is open any more.
 */
export function afterOrder(of: Basket, key: string): Basket {
  return of.key === key ? emptyBasket : { ...of, sent: "no" };
}

/** Other content is another order. */
function rekeyed(changed: Basket): Basket {
  const isSent = changed.sent !== "no";
  const key = changed.lines.length === 0 ? "" : newId();
  return { ...changed, key, sent: isSent ? "changed-since" : "no" };
}

/** Reads what was kept, which an older page may have written. */
export function basketIn(value: unknown): Basket | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { lines, note, key, sent } = value as Partial<Record<keyof Basket, unknown>>;
  if (!Array.isArray(lines) || typeof note !== "string" || typeof key !== "string")
    return undefined;
  if (sent !== "no" && sent !== "unanswered" && sent !== "changed-since") return undefined;
  return lines.length <= linesMax && lines.every(isLine) ? { lines, note, key, sent } : undefined;
}

function isLine(value: unknown): value is BasketLine {
  if (typeof value !== "object" || value === null) return false;
  const { sku, name, quantity } = value as Partial<Record<keyof BasketLine, unknown>>;
  return (
    typeof sku === "string" &&
    typeof name === "string" &&
    typeof quantity === "number" &&
    Number.isInteger(quantity) &&
    quantity > 0 &&
    quantity <= quantityMax
  );
}
