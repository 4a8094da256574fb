import { useMutation } from "@tanstack/react-query";
import { problemOf } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import { type Line, orders } from "./orders.ts";

export interface OrderDraft {
  readonly lines: readonly Line[];
  readonly note: string;
  /** The same for every try of the same order. */
  readonly key: string;
}

/** For about ten minutes an order goes out again by itself; then its customer is asked. */
const retriesMax = 60;
const longestDelayMs = 10_000;

/**
 * Sends an order until it is answered. Each try carries the same idempotency key, so that a lost
 * answer, a second press and a second tab make one order together. A refusal ends it at once.
 */
export function usePlaceOrder(options: {
  readonly onPlaced: (id: bigint, draft: OrderDraft) => void;
}) {
  const { userId, makes } = useSession();
  return useMutation({
    mutationFn: async ({ lines, note, key }: OrderDraft) => {
      const items = lines.map(({ sku, quantity }) => ({ sku, quantity }));
      const headers = { "idempotency-key": key };
      makes();
      const { orderId } = await orders.createOrder({ userId: userId(), items, note }, { headers });
      return orderId;
    },
    retry: (failures, error) => failures < retriesMax && problemOf(error).isPassing,
    retryDelay: (failures, error) => {
      const wanted = (problemOf(error).retryAfterSeconds ?? 0) * 1_000;
      return Math.min(longestDelayMs, Math.max(wanted, 500 * 2 ** failures));
    },
    onSuccess: options.onPlaced,
  });
}
