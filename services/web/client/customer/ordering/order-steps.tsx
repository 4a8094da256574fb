import { Timeline, type TimelineStep } from "../../kit/timeline.tsx";
import { duration, timeExact } from "../../lib/format.ts";
import { type Order, type OrderState, timesOf } from "./orders.ts";
import { Waited } from "./waited.tsx";

interface OrderStepsProps {
  readonly order: Order;
  readonly state: OrderState;
}

/** What happened to an order: always three steps, so that nothing moves when one is done. */
export function OrderSteps({ order, state }: OrderStepsProps) {
  const { createdAt, updatedAt } = timesOf(order);
  const received: TimelineStep = {
    key: "received",
    state: "done",
    title: "Order received",
    time: timeExact(createdAt),
    detail: "Saved. It will not get lost, even if you close this page.",
  };
  const [second, third] = stepsAfter(state, { createdAt, updatedAt });
  return <Timeline steps={[received, second, third]} />;
}

interface Times {
  readonly createdAt: number;
  readonly updatedAt: number;
}

function stepsAfter(
  state: OrderState,
  { createdAt, updatedAt }: Times,
): [TimelineStep, TimelineStep] {
  const at = timeExact(updatedAt);
  const took = `It took ${duration(Math.max(0, updatedAt - createdAt))}.`;
  const stock = { key: "stock", title: "Stock confirmed" } as const;
  const end = { key: "end", time: at } as const;
  switch (state) {
    case "pending":
      return [
        {
          key: "stock",
          state: "now",
          title: "Confirming stock",
          detail: <Waited since={createdAt} />,
        },
        { key: "end", state: "todo", title: "Confirmed", detail: "You see it here by itself." },
      ];
    case "confirmed":
      return [
        { ...stock, state: "done", detail: "Every dish is set aside for you." },
        { ...end, state: "done", title: "Confirmed", detail: took },
      ];
    case "sold-out":
      return [
        {
          ...stock,
          state: "failed",
          title: "Not enough left",
          detail: "The kitchen answered: too few.",
        },
        { ...end, state: "done", title: "Cancelled", detail: "Nothing was taken." },
      ];
    case "timed-out":
      return [
        {
          ...stock,
          state: "failed",
          title: "No answer about stock",
          detail: "The kitchen had its time.",
        },
        {
          ...end,
          state: "done",
          title: "Cancelled",
          detail: "What comes late is put back.",
        },
      ];
    case "cancelled":
      return [
        { ...stock, state: "todo", title: "Stock", detail: "Whatever was set aside was put back." },
        {
          ...end,
          state: "done",
          title: "Cancelled",
          detail: "Cancelled before it was on its way.",
        },
      ];
  }
}
