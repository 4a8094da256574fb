import { Link } from "@tanstack/react-router";
import { Badge } from "../../kit/badge.tsx";
import { Dish } from "../../kit/drawings/dish.tsx";
import { dateTime, money } from "../../lib/format.ts";
import { type Order, type OrderItem, stateOf, timesOf } from "./orders.ts";
import { useMenu } from "./use-menu.ts";

/** What was ordered, and what it costs: the menu's price until the kitchen has set it. */
export function OrderSummary({ order }: { readonly order: Order }) {
  const { data = [] } = useMenu();
  const menu = new Map(data.map((item) => [item.sku, item]));
  const state = stateOf(order);
  const isOff = state !== "pending" && state !== "confirmed";
  const priceOf = ({ sku, priceCents }: OrderItem) => priceCents ?? menu.get(sku)?.priceCents;
  const sum = order.items.reduce<bigint | undefined>((sum, item) => {
    const price = priceOf(item);
    return sum === undefined || price === undefined
      ? undefined
      : sum + price * BigInt(item.quantity);
  }, 0n);
  const total = order.totalCents ?? sum;

  return (
    <aside className="card summary" aria-labelledby="summary-h">
      <h2 className="display h3 summary__h" id="summary-h">
        Your order
      </h2>
      <ul className="rows summary__lines">
        {order.items.map((item) => {
          const found = menu.get(item.sku);
          const price = priceOf(item);
          const name = found?.name ?? item.sku;
          const missing = order.missing.includes(item.sku);
          return (
            <li key={item.sku} className="ol">
              <Dish
                sku={item.sku}
                name={name}
                photoUrl={found?.photoUrl || undefined}
                off={missing}
              />
              <div>
                <p className="strong">
                  {found === undefined ? (
                    name
                  ) : (
                    <Link to="/dishes/$sku" params={{ sku: item.sku }}>
                      {name}
                    </Link>
                  )}
                </p>
                <p className="sm muted num">
                  {item.quantity} × {price === undefined ? "…" : money(price)}
                </p>
              </div>
              {missing ? (
                <Badge tone="bad" icon="x">
                  Too few
                </Badge>
              ) : (
                <div className="ol__end">
                  <span className={isOff ? "num faint" : "num strong"}>
                    {price === undefined ? "…" : money(price * BigInt(item.quantity))}
                  </span>
                  {found !== undefined && state === "confirmed" && (
                    <Link
                      className="sm"
                      to="/dishes/$sku"
                      params={{ sku: item.sku }}
                      hash="reviews"
                    >
                      Review<span className="vh"> {name}</span>
                    </Link>
                  )}
                </div>
              )}
            </li>
          );
        })}
      </ul>
      <dl className="kv pad sm">
        <div>
          <dt>Note</dt>
          <dd>{order.note === "" ? "None" : order.note}</dd>
        </div>
        <div>
          <dt>Placed</dt>
          <dd className="num">{dateTime(timesOf(order).createdAt)}</dd>
        </div>
        <div className="kv__t">
          <dt>Total</dt>
          <dd className="num">{isOff ? money(0) : total === undefined ? "…" : money(total)}</dd>
        </div>
      </dl>
      {order.items.length > 1 && (
        <p className="sm muted summary__foot">
          All dishes are confirmed together. If one is too few, we say which, and you can order the
          rest with one press.
        </p>
      )}
    </aside>
  );
}
