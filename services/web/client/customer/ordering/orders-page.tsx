import { Link } from "@tanstack/react-router";
import { buttonClass } from "../../kit/button.tsx";
import { plates } from "../../kit/drawings/plate.tsx";
import { Empty } from "../../kit/empty.tsx";
import { Notice } from "../../kit/notice.tsx";
import { Page } from "../../kit/page.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { AsFormerGuest } from "../../lib/former-guest.tsx";
import { problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { OrderList } from "./order-list.tsx";
import { useOrderList } from "./use-order-list.ts";
import "./order.css";

/** All orders of whoever reads, newest first, and those that were made before signing in. */
export function OrdersPage() {
  const { state } = useSession();
  const own = useOrderList();
  const { list, found } = own;
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
            <OrderList {...own} />
          </div>
        )}
        <AsFormerGuest>
          <MadeBefore />
        </AsFormerGuest>
      </div>
    </Page>
  );
}

/** What this browser ordered as a guest, which is no part of the account. */
function MadeBefore() {
  const made = useOrderList();
  if (made.found.length === 0) return null;
  return (
    <section className="stack orders__before" aria-labelledby="before-h">
      <h2 className="display h2" id="before-h">
        Made as a guest in this browser
      </h2>
      <p className="muted">You were not signed in yet, so these are known to this browser alone.</p>
      <OrderList {...made} />
    </section>
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
