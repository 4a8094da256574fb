import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLive } from "../../lib/live.ts";
import { type Item, inventory, readMenu, type Stock, stockIn, stockOf } from "./menu.ts";

const menuKey = ["menu"] as const;

/** One stream watches this many dishes; those after them are as the menu last said. */
const watchedMax = 100;

/** What the menu says, without following what is left of it. */
export function useMenu() {
  return useQuery({
    queryKey: menuKey,
    queryFn: ({ signal }) => readMenu(signal),
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });
}

/** What is left of each dish, followed live; where no stream comes through it is asked for again and again. */
export function useStock(items: readonly Item[] | undefined) {
  const queryClient = useQueryClient();
  const skus = items?.slice(0, watchedMax).map(({ sku }) => sku) ?? [];
  const live = useLive<Stock>((signal) => heardOf(skus, signal), {
    of: skus.length === 0 ? undefined : skus.join("\n"),
    poll: async (signal) => stockIn(await readMenu(signal)),
    isDone: () => false,
  });

  // A dish that was taken off the menu ends the stream for all: the menu knows which are left.
  const isGone = live.problem?.status === 404;
  useEffect(() => {
    if (isGone) void queryClient.invalidateQueries({ queryKey: menuKey });
  }, [isGone, queryClient]);

  return { ...live, stock: stockOf(items ?? [], live.value) };
}

/** The levels known so far, each time one of them changes. */
async function* heardOf(skus: string[], signal: AbortSignal): AsyncIterable<Stock> {
  const levels = new Map<string, number>();
  for await (const { sku, available } of inventory.watchStock({ skus }, { signal, timeoutMs: 0 })) {
    levels.set(sku, Number(available));
    // The first answers come one by one, and a dish not heard of yet is not sold out.
    if (levels.size === skus.length) yield new Map(levels);
  }
}
