import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { announce } from "../../kit/announcer.tsx";
import { buttonClass } from "../../kit/button.tsx";
import { plates } from "../../kit/drawings/plate.tsx";
import { Empty } from "../../kit/empty.tsx";
import { focusHeading, keepFocus, Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { AsFormerGuest } from "../../lib/former-guest.tsx";
import type { LiveState } from "../../lib/live-loop.ts";
import type { Problem } from "../../lib/problem.ts";
import { useRouteParam } from "../../lib/route-param.ts";
import { useSession } from "../../lib/session.tsx";
import { MadeAsGuest } from "../made-as-guest.tsx";
import { OrderStatusCard } from "./order-status-card.tsx";
import { OrderSummary } from "./order-summary.tsx";
import { headlineOf } from "./order-words.ts";
import { type Order, stateOf } from "./orders.ts";
import { useNames } from "./use-names.ts";
import { useOrder } from "./use-order.ts";
import { WhatNext } from "./what-next.tsx";
import "./order.css";

/** One order: what became of it, when, and what if. */
export function OrderPage() {
  const id = useRouteParam("id");
  return (
    <Page title={`Order ${id}`}>
      <div className="wrap page">
        <nav className="crumbs sm" aria-label="Breadcrumb">
          <Link to="/orders">Orders</Link>
          <span aria-hidden="true">/</span>
          <span className="num">Order {id}</span>
        </nav>
        {/^[1-9]\d{0,18}$/.test(id) ? <Followed key={id} id={BigInt(id)} /> : <Unknown />}
      </div>
    </Page>
  );
}

function Followed({ id }: { readonly id: bigint }) {
  const { formerGuest } = useSession();
  const { order, live, cancelled } = useOrder(id);
  if (order !== undefined) return <Known order={order} live={live} onCancelled={cancelled} />;
  const { problem, status } = live;
  if (status === "failed" && problem?.status === 404)
    return formerGuest === undefined ? (
      <Unknown />
    ) : (
      <AsFormerGuest>
        <Followed id={id} />
      </AsFormerGuest>
    );
  if (problem !== undefined) return <NotRead problem={problem} failed={status === "failed"} />;
  return <Loading />;
}

interface KnownProps {
  readonly order: Order;
  readonly live: LiveState<Order>;
  readonly onCancelled: (order: Order) => void;
}

function Known({ order, live, onCancelled }: KnownProps) {
  const state = stateOf(order);
  const { lead } = headlineOf(order, state, useNames());
  const shown = useRef(state);
  useEffect(keepFocus, []);
  // Everything above changes with the state, so reading goes on from the new heading.
  useEffect(() => {
    if (shown.current === state) return;
    shown.current = state;
    focusHeading();
    // The heading is read as it takes the focus, and what follows from it is said after it.
    announce(lead);
  }, [state, lead]);

  return (
    <>
      <MadeAsGuest what="order" />
      <div className="cols">
        <OrderStatusCard {...{ order, live, onCancelled }} />
        <OrderSummary order={order} />
        <WhatNext state={state} />
      </div>
    </>
  );
}

function Loading() {
  return (
    <>
      <h1 className="vh">Your order</h1>
      <Skeleton label="Loading your order" className="cols">
        <div className="card status">
          <Bone height="16rem" />
          <div className="pad stack">
            <Bone width="60%" height="2.5rem" />
            <Bone width="80%" height="1.25rem" />
            <Bone height="9rem" />
          </div>
        </div>
        <Bone height="16rem" />
      </Skeleton>
    </>
  );
}

function Unknown() {
  return (
    <Empty
      level={1}
      drawing={plates["empty-plate"]}
      title="There is no such order"
      action={
        <Link className={buttonClass({ kind: "primary" })} to="/orders">
          See your orders
        </Link>
      }
    >
      Orders are seen by who made them. If it is yours, sign in as you were when you ordered.
    </Empty>
  );
}

function NotRead({ problem, failed }: { readonly problem: Problem; readonly failed: boolean }) {
  return (
    <div className="stack">
      <h1 className="display h1">Your order cannot be read now.</h1>
      <p className="lead">
        An order that was taken is kept, whatever this page can see.
        {!failed && " It is asked for again by itself."}
      </p>
      <ProblemNotice problem={problem}>
        {problem.status === 401 && (
          <p className="notice__act">
            <Link className={buttonClass({})} to="/sign-in">
              Sign in
            </Link>
          </p>
        )}
      </ProblemNotice>
    </div>
  );
}
