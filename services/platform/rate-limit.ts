import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Refusal } from "./errors.ts";

/** Counts requests by who sends them. */
export interface RateLimit {
  /** Counts one. Refuses with kind `limited` when its sender has had its share of this second. */
  take(sender: string): Promise<void>;
  /** Lets one that was taken in this second not count. */
  giveBack(sender: string): Promise<void>;
}

/** Each process counts for itself: the limit protects it, it is no quota. */
export function rateLimit(ratePerSecond: number): RateLimit {
  const limiter = new RateLimiterMemory({ points: ratePerSecond, duration: 1 });
  return {
    async take(sender) {
      try {
        await limiter.consume(sender);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        throw new Refusal("limited", "rate_limited", "too many requests", {
          retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1_000)),
        });
      }
    },
    async giveBack(sender) {
      await limiter.reward(sender);
    },
  };
}
