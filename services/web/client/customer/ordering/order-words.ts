import type { Tile } from "../../kit/drawings/dish.tsx";
import type { PlateName } from "../../kit/drawings/plate.tsx";
import type { Line, Order, OrderState } from "./orders.ts";

/** What an order page says first, by where the order stands. */
export interface Headline {
  readonly title: string;
  readonly lead: string;
  readonly drawing: PlateName;
  readonly tile: Tile;
}

/** How a dish is called, by its sku. */
export type NameOf = (sku: string) => string;

export function headlineOf(order: Order, state: OrderState, nameOf: NameOf): Headline {
  switch (state) {
    case "pending":
      return {
        title: "We have your order.",
        lead: "Confirming stock with the kitchen.",
        drawing: "cloche",
        tile: "mustard",
      };
    case "confirmed":
      return {
        title: "Confirmed. It’s yours.",
        lead: `${setAside(order.items, nameOf)} set aside for you, and the kitchen is on it.`,
        drawing: "served",
        tile: "basil",
      };
    case "sold-out":
      return {
        title: "We couldn’t make this one.",
        lead: `${missingOf(order, nameOf)} There is nothing to pay.`,
        drawing: "empty-plate",
        tile: "beet",
      };
    case "timed-out":
      return {
        title: "No answer in time.",
        lead: "The kitchen took too long, so we cancelled it for you. There is nothing to pay.",
        drawing: "empty-plate",
        tile: "beet",
      };
    case "cancelled":
      return {
        title: "This order is cancelled.",
        lead: `${cancelledBecause(order)} There is nothing to pay.`,
        drawing: "empty-plate",
        tile: "petrol",
      };
  }
}

/** One dish by name; several are named beside it, and here would take more room than is kept. */
function setAside(items: readonly Line[], nameOf: NameOf): string {
  const [only, another] = items;
  if (only === undefined || another !== undefined) return "All its dishes are";
  return `${only.quantity} × ${nameOf(only.sku)} ${only.quantity === 1 ? "is" : "are"}`;
}

function missingOf({ missing }: Order, nameOf: NameOf): string {
  if (missing.length === 0) return "The kitchen does not have enough of it left.";
  const names = joined(missing.map(nameOf));
  return `There is not enough ${names} left.`;
}

function cancelledBecause({ reason }: Order): string {
  const usual = reason === "" || reason === "cancelled by customer";
  return usual ? "You cancelled it, and its dishes are back on the menu." : `Why: “${reason}”.`;
}

/** What the button says that orders `lines`, which are left of an order that failed. */
export function restLabel(order: Order, lines: readonly Line[], nameOf: NameOf): string {
  const fewer = lines.filter(({ sku }) => order.missing.includes(sku));
  const dropped = order.missing.filter((sku) => !lines.some((line) => line.sku === sku));
  const named = joined(fewer.map(({ sku, quantity }) => `${quantity} × ${nameOf(sku)}`));
  const without = dropped.length === 0 ? "" : `without ${joined(dropped.map(nameOf))}`;
  if (fewer.length === 0) return `Order ${without}`;
  if (fewer.length === lines.length) return `Order ${named} instead`;
  return ["Order with", named, without && `and ${without}`].filter(Boolean).join(" ");
}

/** `a`, `a and b`, `a, b and c`. */
export function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}
