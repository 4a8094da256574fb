import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { restLabel } from "./order-words.ts";
import { linesWithout, type Order, type OrderState } from "./orders.ts";
import { ReorderButton } from "./reorder-button.tsx";
import { useMenu, useStock } from "./use-menu.ts";
import { useNames } from "./use-names.ts";
import { useOrdersCalls } from "./use-orders-calls.ts";

interface OrderActionsProps {
  readonly order: Order;
  readonly state: OrderState;
  readonly onCancelled: (order: Order) => void;
}

/** What can be done about an order now; the place is there in every state, so that nothing moves. */
export function OrderActions({ order, state, onCancelled }: OrderActionsProps) {
  return (
    <div className="bar bar--b">
      {state === "pending" || state === "confirmed" ? (
        <Cancel {...{ order, state, onCancelled }} />
      ) : state === "sold-out" ? (
        <OrderTheRest order={order} />
      ) : (
        <div className="row">
          <ReorderButton of={order} lines={order.items} kind="primary">
            Order the same again
          </ReorderButton>
          <ToTheMenu />
        </div>
      )}
    </div>
  );
}

/** At the end, so that it stays there while the button before it changes its words. */
const ToTheMenu = () => (
  <Link className={buttonClass({ className: "push" })} to="/">
    See what’s left
  </Link>
);

/** A lost answer says nothing of what became of the order. */
function NotCancelled({ problem }: { readonly problem: Problem }) {
  return problem.isPassing ? (
    <ProblemNotice problem={problem} title="Nobody said whether it is cancelled">
      <p>Cancelling it again is safe.</p>
    </ProblemNotice>
  ) : (
    <ProblemNotice problem={problem} title="It is not cancelled" />
  );
}

function OrderTheRest({ order }: { readonly order: Order }) {
  const menu = useMenu();
  const { stock } = useStock(menu.data?.filter(({ sku }) => order.missing.includes(sku)));
  const nameOf = useNames();
  const lines = linesWithout(order, (sku) => stock.get(sku) ?? 0);
  const label = restLabel(order, lines, nameOf);
  if (lines.length === 0 || menu.data === undefined)
    return (
      <div className="row">
        <span className="sm muted">{menu.data !== undefined && "Nothing of it is left now."}</span>
        <ToTheMenu />
      </div>
    );
  return (
    <div className="row">
      <ReorderButton of={order} lines={lines} kind="primary">
        {label}
      </ReorderButton>
      <ToTheMenu />
    </div>
  );
}

function Cancel({ order, state, onCancelled }: OrderActionsProps) {
  const [asking, setAsking] = useState(false);
  const calls = useOrdersCalls();
  const cancel = useMutation({
    mutationFn: () => calls.cancelOrder({ orderId: order.id }),
    onSuccess: ({ order: cancelled }) => {
      if (cancelled !== undefined) onCancelled(cancelled);
      setAsking(false);
      toast({ text: `Order ${order.id} is cancelled` });
    },
  });
  return (
    <div className="row">
      <Button kind="danger" onClick={() => setAsking(true)}>
        Cancel order
      </Button>
      <span className="sm muted bar__say">
        {state === "pending"
          ? "You can cancel until it is on its way."
          : "Cancelling puts its dishes back on the menu."}
      </span>
      <Dialog
        open={asking}
        title="Cancel this order?"
        busy={cancel.isPending}
        onClose={() => setAsking(false)}
        foot={
          <>
            <Button onClick={() => setAsking(false)} disabled={cancel.isPending}>
              Keep it
            </Button>
            <Button kind="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
              {cancel.isPending ? "Cancelling the order" : `Cancel order ${order.id}`}
            </Button>
          </>
        }
      >
        <p className="muted">
          Its dishes go back on the menu at once, and somebody else may order them. There is nothing
          to pay.
        </p>
        {cancel.error !== null && <NotCancelled problem={problemOf(cancel.error)} />}
      </Dialog>
    </div>
  );
}
