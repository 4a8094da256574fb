import { useNavigate } from "@tanstack/react-router";
import { Button } from "../../kit/button.tsx";
import { plates } from "../../kit/drawings/plate.tsx";
import { Field } from "../../kit/field.tsx";
import { money, plural, time } from "../../lib/format.ts";
import { problemOf } from "../../lib/problem.ts";
import { useStored } from "../../lib/use-stored.ts";
import {
  afterOrder,
  type Basket,
  basket,
  noteCharactersMax,
  piecesIn,
  refused,
  sending,
  withNote,
} from "./basket.ts";
import { BasketLineRow } from "./basket-line-row.tsx";
import { totalOf } from "./basket-total.ts";
import type { Item, Stock } from "./menu.ts";
import { OrderTrouble } from "./order-trouble.tsx";
import { usePlaceOrder } from "./place-order.ts";

interface BasketPanelProps {
  readonly items: readonly Item[];
  readonly stock: Stock;
  /** When the menu was read, in unix milliseconds; 0 before. */
  readonly pricedAt: number;
}

/** What somebody is about to order; it becomes one order. */
export function BasketPanel({ items, stock, pricedAt }: BasketPanelProps) {
  const content = useStored(basket);
  return (
    <aside className="basket card" id="basket" aria-labelledby="basket-h">
      <h2 className="display h3 basket__h" id="basket-h" tabIndex={-1}>
        Your basket
      </h2>
      {content.lines.length === 0 ? (
        <div className="basket__none">
          <img src={plates["empty-plate"]} alt="" width="160" height="120" />
          <p className="sm muted">Add a dish, and it waits here for you, also after a reload.</p>
        </div>
      ) : (
        <Filled {...{ content, items, stock, pricedAt }} />
      )}
    </aside>
  );
}

function Filled(props: BasketPanelProps & { readonly content: Basket }) {
  const { content, items, stock, pricedAt } = props;
  const navigate = useNavigate();
  const order = usePlaceOrder({
    onPlaced: (id, { key }) => {
      basket.set(afterOrder(basket.get(), key));
      void navigate({ to: "/orders/$id", params: { id: String(id) } as never });
    },
  });
  const pieces = plural(piecesIn(content), { one: "dish", other: "dishes" });
  const tooFew = content.lines.filter(({ sku, quantity }) => quantity > (stock.get(sku) ?? 0));
  const send = () => {
    const { lines, note, key } = content;
    basket.set(sending(content));
    order.mutate(
      { lines, note, key },
      // Who was told no knows that nothing came of it; who was told nothing does not.
      { onError: (error) => problemOf(error).isRefusal && basket.set(refused(basket.get(), key)) },
    );
  };

  return (
    <>
      <ul className="lines rows">
        {content.lines.map((line) => (
          <BasketLineRow
            key={line.sku}
            line={line}
            item={items.find(({ sku }) => sku === line.sku)}
            left={items.length === 0 ? line.quantity : (stock.get(line.sku) ?? 0)}
          />
        ))}
      </ul>
      <div className="pad basket__f">
        <Field
          label="Note to the kitchen"
          placeholder="No onions, please"
          maxLength={noteCharactersMax}
          value={content.note}
          onChange={({ target }) => basket.set(withNote(basket.get(), target.value))}
        />
        <p className="row total">
          <span className="strong">Total</span>
          {items.length > 0 && (
            <span className="push price price--lg num">{money(totalOf(content, items))}</span>
          )}
        </p>
        <Button kind="primary" size="lg" block busy={order.isPending} onClick={send}>
          {order.isPending ? "Placing your order" : `Order ${pieces}`}
        </Button>
        <p className="sm muted">
          Pressing twice still orders once.
          {pricedAt > 0 && (
            <>
              {" "}
              Prices of <span className="num">{time(pricedAt)}</span>; nothing is paid before the
              kitchen confirms.
            </>
          )}
        </p>
        <OrderTrouble
          sent={content.sent}
          tooFew={items.length === 0 ? [] : tooFew}
          stock={stock}
          order={order}
        />
      </div>
    </>
  );
}
