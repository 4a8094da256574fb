import { jittered, type Random } from "../random.ts";

/** How often, and how soon, a failing message is tried again. */
export interface RetryPolicy {
  /** After that many attempts it is a dead letter. */
  readonly attemptsMax: number;
  /** The delay after the first attempt; each later one is four times as long. */
  readonly baseMs: number;
  readonly delayMaxMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { attemptsMax: 5, baseMs: 250, delayMaxMs: 60_000 };

/**
 * After so many attempts a keyed message leaves the broker and waits in the database: delayed
 * messages count against the broker's limit of unacknowledged ones and would stall the rest.
 */
export const attemptsWithBroker = 3;

/** A message whose own mark was left behind so often has taken its process down with it. */
export const abandonedMax = 3;

/** What is said of such a message. */
export const leftBehind = (abandoned: number) => ({
  reason: "left_behind" as const,
  error: `its handler was started ${abandoned} times and neither returned nor threw`,
});

/** How long a message waits that failed through no fault of its own. */
export const putOffMs = 1_000;

/** The delay before the next attempt, growing and jittered. `attempts` are those made so far, at least 1. */
export function retryDelayMs(attempts: number, policy: RetryPolicy, random: Random): number {
  const delayMs = policy.baseMs * 4 ** Math.min(attempts - 1, 16);
  return jittered(Math.min(delayMs, policy.delayMaxMs), random);
}

/** What becomes of a message that has failed `attempts` times. */
export function afterFailure(
  attempts: number,
  order: "key" | "latest",
  { attemptsMax }: RetryPolicy,
): "again" | "park" | "dead" {
  if (attempts >= attemptsMax) return "dead";
  return order === "key" && attempts >= attemptsWithBroker ? "park" : "again";
}
