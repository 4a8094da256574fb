import { OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import type { Obstacle } from "@app/platform/messaging/obstacle.ts";
import type { DeadLettersView, MessagesView } from "@app/platform/messaging/ops-views.ts";
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { callJson, clientOf } from "../../lib/transport.ts";
import { askOps, type ServiceName } from "../ops.ts";
import type { Told } from "./hops.ts";

/** How often it is asked: while something just happened, while something is awaited, and after that. */
const everyMs = { happening: 1_000, waiting: 4_000, settled: 15_000 } as const;

export type Pace = keyof typeof everyMs;

const lettersMax = 100;

const orders = clientOf(OrdersService);

/** As much of the answer as people are shown. */
interface Why {
  readonly sentence: string;
  readonly waitsFor: Pick<Obstacle, "service" | "next" | "deadLetterId"> | null;
}

export interface Followed {
  readonly told: readonly Told[];
  /** Who did not answer, and why. */
  readonly silent: readonly { readonly service: ServiceName; readonly problem: Problem }[];
  readonly loading: boolean;
}

/** What every service that may know says of these keys; those that are away leave the rest alone. */
export function useTold(
  keys: readonly string[],
  services: readonly ServiceName[],
  pace: Pace,
): Followed {
  const asked = services.flatMap((service) => keys.map((key) => ({ service, key })));
  return useQueries({
    queries: asked.map(({ service, key }) => ({
      queryKey: ["follow", service, key] as const,
      queryFn: () => toldOf(service, key),
      refetchInterval: everyMs[pace],
      retry: false as const,
      staleTime: 0,
    })),
    combine: (answers) => {
      const silent = new Map<ServiceName, Problem>();
      for (const [at, { error }] of answers.entries()) {
        const service = asked[at]?.service;
        if (service !== undefined && error !== null) silent.set(service, problemOf(error));
      }
      return {
        told: answers.flatMap(({ data }) => data ?? []),
        silent: [...silent].map(([service, problem]) => ({ service, problem })),
        loading: answers.some(({ isPending }) => isPending),
      };
    },
  });
}

async function toldOf(service: ServiceName, key: string): Promise<Told> {
  const query = new URLSearchParams({ key });
  const [view, { deadLetters }] = await Promise.all([
    askOps<MessagesView>(service, `messages?${query}`),
    askOps<DeadLettersView>(service, `dead-letters?${query}&limit=${lettersMax}`),
  ]);
  return { service, view, letters: deadLetters };
}

/** The order as its customer sees it, and what it waits for or why it ended. */
export function useOrder(id: string | undefined, pace: Pace) {
  const every = everyMs[pace];
  const enabled = id !== undefined;
  const order = useQuery({
    queryKey: ["order", id],
    queryFn: async () => (await orders.getOrder({ orderId: BigInt(id ?? 0) })).order ?? null,
    refetchInterval: every,
    enabled,
  });
  const why = useQuery({
    // Another state has another reason, which is asked for at once.
    queryKey: ["why", id, order.data?.status, pace],
    queryFn: () => callJson<Why>("GET", `/v1/orders/${id}/why`),
    // It asks everybody at once, which is dearer than to look at one row.
    refetchInterval: every * 2,
    placeholderData: keepPreviousData,
    enabled,
  });
  return { order, why };
}
