import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Button, type ButtonKind } from "../../kit/button.tsx";
import { toast } from "../../kit/toast.tsx";
import { problemOf } from "../../lib/problem.ts";
import { dropKey, keptKey } from "./kept-keys.ts";
import type { Line, Order } from "./orders.ts";
import { usePlaceOrder } from "./place-order.ts";

interface ReorderButtonProps {
  readonly of: Pick<Order, "id" | "note">;
  readonly lines: readonly Line[];
  readonly kind?: ButtonKind;
  readonly children: ReactNode;
}

/** Orders lines of an earlier order again with one press, once however often it is pressed. */
export function ReorderButton({ of, lines, kind, children }: ReorderButtonProps) {
  const navigate = useNavigate();
  const wanted = lines.map(({ sku, quantity }) => ({ sku, quantity }));
  const name = `${of.id} ${JSON.stringify(wanted)}`;
  const order = usePlaceOrder({
    onPlaced: (id) => {
      dropKey(name);
      toast({ text: `Order ${id} is placed` });
      void navigate({ to: "/orders/$id", params: { id: String(id) } as never });
    },
  });
  const problem = order.error === null ? undefined : problemOf(order.error);
  return (
    <span className="reorder">
      <Button
        kind={kind}
        busy={order.isPending}
        onClick={() => order.mutate({ lines: wanted, note: of.note, key: keptKey(name) })}
      >
        {order.isPending ? "Placing your order" : children}
      </Button>
      {problem !== undefined && (
        <span className="sm reorder__bad" role="alert">
          {problem.status === 401 ? (
            <Link to="/sign-in">Sign in to order</Link>
          ) : (
            `${problem.title}. ${problem.detail}${problem.traceId === undefined ? "" : ` (${problem.traceId})`}`
          )}
        </span>
      )}
    </span>
  );
}
