import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Refusal } from "./errors.ts";

/** Counts one request of a caller. Refuses with kind `limited` when it has had its share of this second. */
export type RateLimit = (caller: string) => Promise<void>;

/** Each process counts for itself: the limit protects it, it is no quota. */
export function rateLimit(ratePerSecond: number): RateLimit {
  const limiter = new RateLimiterMemory({ points: ratePerSecond, duration: 1 });
  return async (caller) => {
    try {
      await limiter.consume(caller);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw new Refusal("limited", "rate_limited", "too many requests", {
        retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1_000)),
      });
    }
  };
}
