import { type CounterMeter, counterMeter } from "@app/platform/meters.ts";

/** What became of an attempt. Many that are `refused` are somebody who guesses. */
const signInOutcomes = ["signed in", "refused", "limited", "not judged"] as const;
/** `reused` is a thief. */
const refreshOutcomes = ["refreshed", "refused", "reused"] as const;

export type SignInOutcome = (typeof signInOutcomes)[number];
export type RefreshOutcome = (typeof refreshOutcomes)[number];

export interface UserMeters {
  readonly signIns: CounterMeter<"outcome">;
  readonly refreshes: CounterMeter<"outcome">;
}

/** One of each for a process. What has not happened yet is 0: whoever looks for a rise would miss the first of a thief. */
export function userMeters(): UserMeters {
  const signIns = counterMeter({
    name: "users_sign_ins_total",
    help: "Attempts to sign in, by what became of them.",
    labels: ["outcome"],
  });
  const refreshes = counterMeter({
    name: "users_refreshes_total",
    help: "Refresh tokens that were shown, by what became of them.",
    labels: ["outcome"],
  });
  for (const outcome of signInOutcomes) signIns.add(0, { outcome });
  for (const outcome of refreshOutcomes) refreshes.add(0, { outcome });
  return { signIns, refreshes };
}
