import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { type Problem, problemOf } from "../lib/problem.ts";
import { askOps, type ServiceName, serviceNames } from "./ops.ts";

/** How often an open page asks again. A hidden one does not, and asks at once when it is shown. */
export const askEveryMs = 2_000;

/** Who has not answered a question that is asked again and again by then counts as away. */
const answerWithinMs = 5_000;

/** What one service said. A value stays while later questions fail; `problem` tells that they do. */
export interface Answer<T> {
  readonly service: ServiceName;
  readonly value: T | undefined;
  readonly problem: Problem | undefined;
  /** When the value came, by this browser's clock; 0 while none did. */
  readonly at: number;
  readonly loading: boolean;
}

export interface AskOptions<T = unknown> {
  /** 0 asks once, and again only when told. What was told last may decide. */
  readonly everyMs?: number | ((told: T | undefined) => number);
  readonly enabled?: boolean;
}

/** Asks one service, and again for as long as the page is open and seen. */
export function useService<T>(
  service: ServiceName,
  path: string,
  { everyMs = askEveryMs, enabled = true }: AskOptions<T> = {},
): Answer<T> {
  const asked = useQuery({ ...questionOf<T>(service, path, everyMs), enabled });
  return answerOf(service, asked);
}

/** Asks several services the same at once. Those that are away leave the others' answers alone. */
export function useEveryService<T>(
  path: string,
  {
    everyMs = askEveryMs,
    enabled = true,
    of = serviceNames,
  }: AskOptions<T> & { readonly of?: readonly ServiceName[] } = {},
): readonly Answer<T>[] {
  return useQueries({
    queries: of.map((service) => ({ ...questionOf<T>(service, path, everyMs), enabled })),
    combine: (asked) =>
      asked.flatMap((one, at) => {
        const service = of[at];
        return service === undefined ? [] : [answerOf<T>(service, one)];
      }),
  });
}

/** Asks again at once whatever was asked of a service, because something was done there. */
export function useAskAgain(): (service: ServiceName) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    (service) => client.invalidateQueries({ queryKey: ["ops", service] }),
    [client],
  );
}

const questionOf = <T>(
  service: ServiceName,
  path: string,
  everyMs: NonNullable<AskOptions<T>["everyMs"]>,
) => ({
  queryKey: ["ops", service, path] as const,
  queryFn: () => askOps<T>(service, path, everyMs === 0 ? {} : { withinMs: answerWithinMs }),
  refetchInterval: ({ state }: { readonly state: { readonly data: T | undefined } }) => {
    const ms = typeof everyMs === "number" ? everyMs : everyMs(state.data);
    return ms > 0 ? ms : (false as const);
  },
  // The next question comes soon enough, and until then the page says who is away.
  retry: everyMs === 0 ? 2 : (false as const),
  staleTime: 0,
});

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly dataUpdatedAt: number;
  readonly isPending: boolean;
}

function answerOf<T>(service: ServiceName, asked: Asked<T>): Answer<T> {
  return {
    service,
    value: asked.data,
    problem: asked.error == null ? undefined : problemOf(asked.error),
    at: asked.dataUpdatedAt,
    loading: asked.isPending,
  };
}
