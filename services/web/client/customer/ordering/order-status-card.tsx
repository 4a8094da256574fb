import { Dish } from "../../kit/drawings/dish.tsx";
import { plates } from "../../kit/drawings/plate.tsx";
import { LiveBadge } from "../../kit/live-badge.tsx";
import type { LiveState } from "../../lib/live-loop.ts";
import { OrderActions } from "./order-actions.tsx";
import { OrderSteps } from "./order-steps.tsx";
import { headlineOf } from "./order-words.ts";
import { type Order, stateOf } from "./orders.ts";
import { useNames } from "./use-names.ts";

interface OrderStatusCardProps {
  readonly order: Order;
  readonly live: LiveState<Order>;
  readonly onCancelled: (order: Order) => void;
}

/** Where an order stands. What is known stays while the connection is away, paler and with its time. */
export function OrderStatusCard({ order, live, onCancelled }: OrderStatusCardProps) {
  const nameOf = useNames();
  const state = stateOf(order);
  const { title, lead, drawing, tile } = headlineOf(order, state, nameOf);
  const isStale = live.status === "reconnecting" || live.status === "failed";
  return (
    <section
      className={isStale ? "card status status--stale" : "card status"}
      aria-label="Order status"
      data-state={state}
    >
      <div className="bar row">
        <span className="num sm strong">Order {String(order.id)}</span>
        <LiveBadge status={live.status} lastAt={live.lastAt} />
      </div>
      <Dish
        key={drawing}
        className={`scene scene--${drawing}`}
        sku={order.sku}
        name={nameOf(order.sku)}
        tile={tile}
        // What is confirmed can be shown: the dish itself comes out from under the cover.
        drawing={state === "confirmed" ? undefined : plates[drawing]}
      />
      <div className="pad stack status__t">
        <h1 className="display h1">{title}</h1>
        <p className="lead">{lead}</p>
      </div>
      <div className="pad tlw">
        <OrderSteps order={order} state={state} />
      </div>
      <OrderActions {...{ order, state, onCancelled }} />
    </section>
  );
}
