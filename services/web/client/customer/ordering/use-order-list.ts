import { useInfiniteQuery } from "@tanstack/react-query";
import { recoveryAfter } from "../../lib/query.ts";
import { useSession } from "../../lib/session.tsx";
import { isDecided } from "./orders.ts";
import { useOrdersCalls } from "./use-orders-calls.ts";

const pageOrders = 20;
/** While one of them is undecided the list looks again. */
const pendingEveryMs = 3_000;

/** The orders of whoever the page shows them to, newest first, page by page. */
export function useOrderList() {
  const user = useSession().userId();
  const calls = useOrdersCalls();
  const list = useInfiniteQuery({
    queryKey: ["orders", user],
    queryFn: ({ pageParam, signal }) =>
      calls.listOrders({ userId: user, cursor: pageParam, limit: pageOrders }, { signal }),
    initialPageParam: "",
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
    refetchInterval: ({ state: { data, error } }) => {
      const isOpen = data?.pages.some((page) => !page.orders.every(isDecided)) ?? false;
      return recoveryAfter(error) || (isOpen ? pendingEveryMs : false);
    },
  });
  return { list, found: list.data?.pages.flatMap((page) => page.orders) ?? [] };
}
