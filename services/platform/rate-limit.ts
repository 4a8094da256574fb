import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Refusal } from "./errors.ts";

/** Counts requests by who sends them. */
export interface RateLimit {
  /** Counts one. Refuses with kind `limited` when its sender has had its share of this second. */
  take(sender: string): Promise<void>;
  /** Refuses in the same way when nothing is left, and counts nothing. */
  requireLeft(sender: string): Promise<void>;
}

/** What each server counts, in every second. */
export interface Rates {
  /** Requests, by caller, or by network address where no caller is known. */
  readonly requests: RateLimit;
  /** Credentials that prove nobody, by network address. */
  readonly unproved: RateLimit;
}

export function ratesOf(ratePerSecond: number): Rates {
  return { requests: rateLimit(ratePerSecond), unproved: rateLimit(ratePerSecond) };
}

/** Each process counts for itself: the limit protects it, it is no quota. */
function rateLimit(ratePerSecond: number): RateLimit {
  const limiter = new RateLimiterMemory({ points: ratePerSecond, duration: 1 });
  return {
    async take(sender) {
      try {
        await limiter.consume(sender);
      } catch (error) {
        throw error instanceof RateLimiterRes ? limited(error) : error;
      }
    },
    async requireLeft(sender) {
      const found = await limiter.get(sender);
      if (found !== null && found.consumedPoints >= ratePerSecond) throw limited(found);
    },
  };
}

function limited({ msBeforeNext }: RateLimiterRes): Refusal {
  return new Refusal("limited", "rate_limited", "too many requests", {
    retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)),
  });
}
