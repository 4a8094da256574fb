import { Button } from "../../kit/button.tsx";
import { OrderRow } from "./order-row.tsx";
import type { useOrderList } from "./use-order-list.ts";

/** Orders as far as they were asked for, and the way to older ones. */
export function OrderList({ list, found }: ReturnType<typeof useOrderList>) {
  return (
    <>
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
    </>
  );
}
