import type { OrderLine } from "./order.ts";
import {
  invalid,
  isObject,
  longerThan,
  refuseUnknownKeys,
  refuseUnstorable,
  requireObject,
} from "./request-checks.ts";

/** Everything a customer decides about a new order, checked and trimmed. */
export interface OrderRequest {
  readonly userId: string;
  readonly note: string;
  readonly lines: readonly [OrderLine, ...OrderLine[]];
}

export const LINES_MAX = 50;
export const QUANTITY_MAX = 1_000_000;
const USER_ID_MAX = 128;
const SKU_MAX = 64;
const NOTE_MAX = 1_000;

/**
 * Reads a new order as it came through either door. The checks run in the order of the contract and
 * the first failure is the answer: presence and kind of `userId` and of the lines, then limits, then
 * text that cannot be stored, then unknown keys. `null` counts as missing. A signed-in `caller`
 * takes the place of `userId`, which is then not looked at.
 */
export function readOrderRequest(body: unknown, caller?: string): OrderRequest {
  const input = requireObject(body);
  const userId = caller ?? requiredText(input.userId, "userId", "userId");
  const lines = sentLines(input).map(readLine);
  refuseRepeatedSkus(lines);
  const note = readLimits(input, userId, lines);
  const [first, ...others] = lines;
  if (!first) throw new Error("lines were checked to be at least one");

  refuseUnstorable("userId", userId);
  for (const { sku, path } of lines) refuseUnstorable("sku", sku, `${path}sku`);
  refuseUnstorable("note", note);
  refuseUnknownKeys(input, ["userId", "sku", "quantity", "items", "note"]);
  for (const { entry, path } of lines)
    if (path !== "") refuseUnknownKeys(entry, ["sku", "quantity"], path);
  return { userId, note, lines: [lineOf(first), ...others.map(lineOf)] };
}

/** One line as it was sent, and where: `""` for the one-line form, `items[0]` and so on for the other. */
interface SentLine {
  readonly sent: unknown;
  readonly place: string;
}

interface ReadLine extends OrderLine {
  readonly entry: Readonly<Record<string, unknown>>;
  /** What stands before the names of its fields. */
  readonly path: string;
}

function sentLines(input: Readonly<Record<string, unknown>>): readonly SentLine[] {
  const { items } = input;
  if (items === undefined || items === null) return [{ sent: input, place: "" }];
  if (isGiven(input.sku) || isGiven(input.quantity))
    throw invalid("items", "use either sku and quantity or items");
  if (!Array.isArray(items)) throw invalid("items", "items must be an array");
  if (items.length < 1 || items.length > LINES_MAX)
    throw invalid("items", `items must have 1 to ${LINES_MAX} lines`);
  return items.map((sent: unknown, index) => ({ sent, place: `items[${index}]` }));
}

function readLine({ sent: entry, place }: SentLine): ReadLine {
  if (!isObject(entry)) throw invalid(place, `${place} must be an object`);
  const path = place === "" ? "" : `${place}.`;
  const sku = requiredText(entry.sku, "sku", `${path}sku`);
  const quantity = entry.quantity ?? 0;
  if (typeof quantity !== "number") throw invalid(`${path}quantity`, "quantity must be an integer");
  if (!(quantity > 0)) throw invalid(`${path}quantity`, "quantity must be > 0");
  return { sku, quantity, entry, path };
}

function refuseRepeatedSkus(lines: readonly ReadLine[]): void {
  const seen = new Set<string>();
  for (const { sku, path } of lines) {
    if (seen.has(sku)) throw invalid(`${path}sku`, "sku occurs twice");
    seen.add(sku);
  }
}

/** The limits of all fields, and the note, whose only checks these are. */
function readLimits(
  input: Readonly<Record<string, unknown>>,
  userId: string,
  lines: readonly ReadLine[],
): string {
  if (longerThan(USER_ID_MAX, userId)) throw invalid("userId", "userId is too long");
  for (const { sku, path } of lines)
    if (longerThan(SKU_MAX, sku)) throw invalid(`${path}sku`, "sku is too long");

  const note = input.note ?? "";
  if (typeof note !== "string") throw invalid("note", "note must be a string");
  if (longerThan(NOTE_MAX, note)) throw invalid("note", "note is too long");

  for (const { quantity, path } of lines) {
    // JSON has no largest number: one beyond a double reads as infinite, and is a whole one.
    const whole = Number.isInteger(quantity) || quantity === Number.POSITIVE_INFINITY;
    if (!whole) throw invalid(`${path}quantity`, "quantity must be an integer");
    if (quantity > QUANTITY_MAX) throw invalid(`${path}quantity`, "quantity is too large");
  }
  return note;
}

function requiredText(value: unknown, name: string, field: string): string {
  if (!isGiven(value)) throw invalid(field, `${name} is required`);
  if (typeof value !== "string") throw invalid(field, `${name} must be a string`);
  const trimmed = value.trim();
  if (trimmed === "") throw invalid(field, `${name} is required`);
  return trimmed;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function lineOf({ sku, quantity }: ReadLine): OrderLine {
  return { sku, quantity };
}
