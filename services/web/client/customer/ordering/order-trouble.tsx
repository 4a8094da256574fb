import { Link, useLocation } from "@tanstack/react-router";
import { Button, buttonClass } from "../../kit/button.tsx";
import { Notice } from "../../kit/notice.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { problemOf } from "../../lib/problem.ts";
import { type Basket, type BasketLine, basket, withQuantity } from "./basket.ts";
import type { Stock } from "./menu.ts";
import type { usePlaceOrder } from "./place-order.ts";

interface OrderTroubleProps {
  readonly sent: Basket["sent"];
  /** Lines of which less is left than is wanted. */
  readonly tooFew: readonly BasketLine[];
  readonly stock: Stock;
  readonly order: ReturnType<typeof usePlaceOrder>;
}

/** What stands between a basket and its order, each with what to do about it. */
export function OrderTrouble({ sent, tooFew, stock, order }: OrderTroubleProps) {
  const { isPending, isPaused, failureCount, failureReason, error } = order;
  if (isPending && (failureCount > 0 || isPaused))
    return (
      <Notice tone="warn" icon="wifioff" title="No answer yet, trying again" role="status">
        <p>
          {isPaused
            ? "You are offline. Your order goes out by itself as soon as you are back."
            : `${problemOf(failureReason).title}. Your basket is kept, and whatever came through orders once.`}
        </p>
      </Notice>
    );
  if (isPending) return null;
  if (error !== null) return <Failed order={order} />;
  if (sent === "unanswered")
    return (
      <Notice title="You sent this order and saw no answer">
        <p>Order again to be sure: if it came through the first time, it is the same order.</p>
      </Notice>
    );
  if (sent === "changed-since")
    return (
      <Notice title="An order may be on its way already">
        <p>
          You sent this basket, saw no answer and then changed it.{" "}
          <Link to="/orders">See your orders</Link> before you order again.
        </p>
      </Notice>
    );
  if (tooFew.length === 0) return null;
  const take = () =>
    basket.set(
      tooFew.reduce((of, line) => withQuantity(of, line, stock.get(line.sku) ?? 0), basket.get()),
    );
  return (
    <Notice tone="warn" icon="alert" title="Someone was quicker" role="alert">
      <p>An order is for all its dishes or none, and there is not enough left for this one.</p>
      <p className="notice__act">
        <Button onClick={take}>Take what is left</Button>
      </p>
    </Notice>
  );
}

function Failed({ order }: { readonly order: OrderTroubleProps["order"] }) {
  const { href } = useLocation();
  const problem = problemOf(order.error);
  const draft = order.variables;
  if (problem.status === 401)
    return (
      <Notice tone="warn" icon="lock" title="Sign in to order" role="alert">
        <p>Your basket stays as it is.</p>
        <p className="notice__act">
          <Link className={buttonClass({})} to="/sign-in" search={{ back: href } as never}>
            Sign in
          </Link>
        </p>
      </Notice>
    );
  const retry = draft === undefined ? undefined : () => order.mutate(draft);
  return (
    <ProblemNotice
      problem={problem}
      title={problem.isRefusal ? "This order was not taken" : "Nobody said whether it was taken"}
      retry={problem.isRefusal ? undefined : retry}
    >
      {!problem.isRefusal && (
        <p>Your basket is kept. If an earlier try came through, trying again orders it once.</p>
      )}
    </ProblemNotice>
  );
}
