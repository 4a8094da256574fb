import { type Order, OrderStatus } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { ReactNode } from "react";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { dateTime } from "../../lib/format.ts";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { GoTo } from "../go-to.tsx";
import { QbCommand } from "../qb-command.tsx";
import { StateBadge } from "./state-badge.tsx";
import { orderState } from "./states.ts";
import { type Pace, useOrder } from "./use-follow.ts";

export interface OrderHeadState {
  readonly about: ReactNode;
  readonly isUndecided: boolean;
  /** Whether there will be something to say. */
  readonly isOrder: boolean;
  readonly why: ReturnType<typeof useOrder>["why"]["data"];
  readonly problem: Problem | undefined;
}

/** What an order is and what it waits for; nothing for what is no order. */
export function useOrderHead(id: string | undefined, pace: Pace): OrderHeadState {
  const { order, why } = useOrder(id, pace);
  const found = order.data ?? undefined;
  return {
    about: found && <About order={found} />,
    isUndecided: found?.status === OrderStatus.PENDING,
    isOrder: id !== undefined,
    why: why.data,
    problem: order.error === null ? undefined : problemOf(order.error),
  };
}

function About({ order }: { readonly order: Order }) {
  const { status, items, userId, createdAt } = order;
  return (
    <>
      <StateBadge state={orderState(status)} />{" "}
      {items.map(({ quantity, sku }) => `${quantity} × ${sku}`).join(", ")} for{" "}
      <GoTo to="/console/follow" search={{ of: `user/${userId}` }}>
        {userId}
      </GoTo>
      {createdAt && `, placed ${dateTime(timestampDate(createdAt))}`}
    </>
  );
}

/** Why it waits or how it ended, and what to do about it. */
export function OrderHead({ head }: { readonly head: OrderHeadState }) {
  const { isOrder, why, problem } = head;
  if (problem !== undefined) {
    const title = problem.status === 404 ? "There is no such order" : "The order cannot be read";
    return <ProblemNotice problem={problem} title={title} />;
  }
  if (!isOrder) return null;
  // Its place is kept, because every service is asked and that takes a moment.
  if (why === undefined)
    return <div className="why muted">Asking what it waits for, or why it ended.</div>;
  const { sentence, waitsFor } = why;
  return (
    <div className="why" role="status">
      <p>{sentence}</p>
      {waitsFor !== null && waitsFor.deadLetterId !== null && (
        <p>
          <GoTo
            to="/console/dead-letters"
            search={{ letter: `${waitsFor.service}/${waitsFor.deadLetterId}` }}
          >
            Look at dead letter {waitsFor.service}/{waitsFor.deadLetterId}
          </GoTo>
        </p>
      )}
      {waitsFor !== null && waitsFor.next !== null && <QbCommand command={waitsFor.next} />}
    </div>
  );
}
