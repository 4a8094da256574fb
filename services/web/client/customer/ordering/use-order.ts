import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLive } from "../../lib/live.ts";
import { useSession } from "../../lib/session.tsx";
import { isDecided, isOlder, newest, type Order, readOrder, watchOrder } from "./orders.ts";
import { useOrdersCalls } from "./use-orders-calls.ts";

/** How often a pending order is asked for beside its stream. */
const pollEveryMs = 5_000;

/**
 * One order, followed until it is decided and looked at again whenever its reader comes back, as it
 * can still be cancelled elsewhere. `cancelled` takes in what cancelling it here answered.
 */
export function useOrder(id: bigint) {
  const { userId } = useSession();
  const of = { orderId: id, calls: useOrdersCalls() };
  const [own, setOwn] = useState<Order>();
  const live = useLive<Order>((signal) => watchOrder(of, signal), {
    of: `${userId()} order/${id}`,
    poll: (signal) => readOrder(of, signal),
    pollEveryMs,
    isDone: isDecided,
    isOlder,
  });
  const later = useQuery({
    queryKey: ["order", userId(), String(id)],
    queryFn: ({ signal }) => readOrder(of, signal),
    enabled: live.status === "done",
    refetchOnMount: false,
    refetchOnWindowFocus: "always",
    ...(live.value === undefined ? {} : { initialData: live.value }),
  });
  return { order: newest(live.value, later.data, own), live, cancelled: setOwn };
}
