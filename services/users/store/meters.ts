import { type CounterMeter, counterMeter } from "@app/platform/meters.ts";

/** What became of an attempt. Many that are `refused` are somebody who guesses; `reused` is a thief. */
export type SignInOutcome = "signed in" | "refused" | "limited" | "not judged";
export type RefreshOutcome = "refreshed" | "refused" | "reused";

export interface UserMeters {
  readonly signIns: CounterMeter<"outcome">;
  readonly refreshes: CounterMeter<"outcome">;
}

/** One of each for a process. */
export const userMeters = (): UserMeters => ({
  signIns: counterMeter({
    name: "users_sign_ins_total",
    help: "Attempts to sign in, by what became of them.",
    labels: ["outcome"],
  }),
  refreshes: counterMeter({
    name: "users_refreshes_total",
    help: "Refresh tokens that were shown, by what became of them.",
    labels: ["outcome"],
  }),
});
