import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, buttonClass } from "../../kit/button.tsx";
import { plates } from "../../kit/drawings/plate.tsx";
import { Empty } from "../../kit/empty.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { problemOf } from "../../lib/problem.ts";
import { recoveryAfter } from "../../lib/query.ts";
import { useSession } from "../../lib/session.tsx";
import { OrderRow } from "./order-row.tsx";
import { isDecided, orders } from "./orders.ts";
import "./order.css";

const pageOrders = 20;
/** While one of them is undecided the list looks again. */
const pendingEveryMs = 3_000;

/** All orders of whoever reads, newest first. */
export function OrdersPage() {
  const { userId, state } = useSession();
  const user = userId();
  const list = useInfiniteQuery({
    queryKey: ["orders", user],
    queryFn: ({ pageParam, signal }) =>
      orders.listOrders({ userId: user, cursor: pageParam, limit: pageOrders }, { signal }),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
    refetchInterval: ({ state: { data, error } }) => {
      const isOpen = data?.pages.some((page) => !page.orders.every(isDecided)) ?? false;
      return recoveryAfter(error) || (isOpen ? pendingEveryMs : false);
    },
  });
  const found = list.data?.pages.flatMap((page) => page.orders) ?? [];
  const problem = list.error === null ? undefined : problemOf(list.error);

  return (
    <Page title="Orders">
      <div className="wrap page orders-page">
        <div className="orders__h">
          <h1 className="display h1">Your orders</h1>
        </div>
        {problem?.status === 401 ? (
          <SignInFirst />
        ) : (
          <div className="stack">
            {problem !== undefined && (
              <ProblemNotice
                problem={problem}
                title={list.data ? "These may be old" : "Your orders did not come"}
                retry={() => void list.refetch()}
                retrying={list.isFetching}
              />
            )}
            {list.isPending && <Loading />}
            {list.isSuccess && found.length === 0 && <None isGuest={state === "guest"} />}
            {found.length > 0 && (
              <ul className="orders">
                {found.map((order) => (
                  <OrderRow key={String(order.id)} order={order} />
                ))}
              </ul>
            )}
            {list.hasNextPage && (
              <p className="orders__more">
                <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {list.isFetchingNextPage ? "Loading older orders" : "Show older orders"}
                </Button>
              </p>
            )}
          </div>
        )}
      </div>
    </Page>
  );
}

function None({ isGuest }: { readonly isGuest: boolean }) {
  return (
    <Empty
      drawing={plates["empty-plate"]}
      title="No orders yet"
      action={
        <Link className={buttonClass({ kind: "primary" })} to="/">
          See the menu
        </Link>
      }
    >
      Your orders appear here, live, from the moment the kitchen has them.
      {isGuest && " Those you made while signed in appear when you are again."}
    </Empty>
  );
}

function SignInFirst() {
  return (
    <Notice icon="lock" title="Sign in to see your orders">
      <p className="notice__act">
        <Link className={buttonClass({})} to="/sign-in" search={{ back: "/orders" } as never}>
          Sign in
        </Link>
      </p>
    </Notice>
  );
}

function Loading() {
  return (
    <Skeleton label="Loading your orders">
      <Bone height="7rem" />
      <Bone height="7rem" />
      <Bone height="7rem" />
    </Skeleton>
  );
}
