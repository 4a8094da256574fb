import { QueryClient } from "@tanstack/react-query";
import { problemOf } from "./problem.ts";

const retriesMax = 3;
const longestDelayMs = 10_000;
const recoverEveryMs = 5_000;

/**
 * What pages have read, kept while it is fresh. A failure that may pass is tried again, later and
 * later and never before the service wants it; then it is shown, and asked for every five seconds
 * until it comes. A refusal is shown at once and stays.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Without a network they fail at once, and pages show what they kept, instead of waiting for one.
        networkMode: "always",
        refetchOnReconnect: true,
        staleTime: 2_000,
        refetchInterval: ({ state }) => recoveryAfter(state.error),
        retry: (failures, error) => failures < retriesMax && problemOf(error).isPassing,
        retryDelay: (failures, error) => {
          const wanted = (problemOf(error).retryAfterSeconds ?? 0) * 1_000;
          return Math.min(longestDelayMs, Math.max(wanted, 400 * 2 ** failures));
        },
      },
      mutations: { retry: false },
    },
  });
}

/** In how many milliseconds a page asks again by itself after this error; false for never. */
export function recoveryAfter(error: unknown): number | false {
  return error !== null && problemOf(error).isPassing ? recoverEveryMs : false;
}
