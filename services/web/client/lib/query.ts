import { QueryClient } from "@tanstack/react-query";
import { problemOf } from "./problem.ts";

const retriesMax = 3;
const longestDelayMs = 10_000;

/**
 * What pages have read, kept while it is fresh. A failure that may pass is tried again, later and
 * later and never before the service wants it; a refusal is shown at once.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 2_000,
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
