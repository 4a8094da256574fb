import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { stored } from "../../lib/storage.ts";
import { useStored } from "../../lib/use-stored.ts";
import { bookingsCalls } from "./calls.ts";
import type { TicketKey } from "./ticket-text.ts";

const FRESH_MS = 600_000;

const keptKeys = stored<readonly TicketKey[]>("ticket-keys", {
  parse: (value) => (Array.isArray(value) ? value.filter(isKey) : undefined),
  initial: [],
});

/** The published keys of tickets, kept in the device for the time without a network. */
export function useTicketKeys(): readonly TicketKey[] {
  const { data } = useQuery({
    queryKey: ["ticket keys"],
    queryFn: async ({ signal }) =>
      (await bookingsCalls.listTicketKeys({}, { signal })).keys.map(({ kid, x }) => ({ kid, x })),
    staleTime: FRESH_MS,
    refetchInterval: FRESH_MS,
  });
  useEffect(() => {
    if (data) keptKeys.set(data);
  }, [data]);
  return useStored(keptKeys);
}

function isKey(value: unknown): value is TicketKey {
  if (typeof value !== "object" || value === null) return false;
  const { kid, x }: { kid?: unknown; x?: unknown } = value;
  return typeof kid === "string" && typeof x === "string";
}
