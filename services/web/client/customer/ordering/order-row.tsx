import { Link } from "@tanstack/react-router";
import { Badge } from "../../kit/badge.tsx";
import { Dish } from "../../kit/drawings/dish.tsx";
import { dateTime, money } from "../../lib/format.ts";
import { type Order, type OrderState, stateOf, timesOf } from "./orders.ts";
import { ReorderButton } from "./reorder-button.tsx";
import { useNames } from "./use-names.ts";

/** One order among others; all of it leads to its page. */
export function OrderRow({ order }: { readonly order: Order }) {
  const nameOf = useNames();
  const { id, sku, items, totalCents } = order;
  const state = stateOf(order);
  const dishes = items.map((item) => `${item.quantity} × ${nameOf(item.sku)}`).join(", ");
  return (
    <li className="order card">
      <Dish sku={sku} name={nameOf(sku)} off={state !== "pending" && state !== "confirmed"} />
      <p className="order__t">
        <Link to="/orders/$id" params={{ id: String(id) } as never}>
          Order <span className="num">{String(id)}</span>
        </Link>
        <span className="sm muted num">, {dateTime(timesOf(order).createdAt)}</span>
      </p>
      <StateBadge state={state} />
      <p className="order__f">
        <span className="sm muted order__d">
          {dishes}
          {totalCents !== undefined && <span className="num">, {money(totalCents)}</span>}
        </span>
        <ReorderButton of={order} lines={items} kind="quiet">
          Order again<span className="vh"> what order {String(id)} was</span>
        </ReorderButton>
      </p>
    </li>
  );
}

/** Where an order stands, in a word. */
export function StateBadge({ state }: { readonly state: OrderState }) {
  switch (state) {
    case "pending":
      return (
        <Badge tone="info" busy>
          Confirming
        </Badge>
      );
    case "confirmed":
      return (
        <Badge tone="ok" icon="check">
          Confirmed
        </Badge>
      );
    case "sold-out":
      return (
        <Badge tone="bad" icon="x">
          Sold out
        </Badge>
      );
    case "timed-out":
      return (
        <Badge tone="warn" icon="clock">
          Timed out
        </Badge>
      );
    case "cancelled":
      return <Badge icon="x">Cancelled</Badge>;
  }
}
