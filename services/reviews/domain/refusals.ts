import { Refusal } from "@app/platform/errors.ts";
import type { Subject } from "./subject.ts";

/** What is not there, and what an operator has hidden, in the same words. */
export const notFound = () => new Refusal("not_found", "not_found", "not found");

export const notYours = () =>
  new Refusal("forbidden", "not_author", "only its author may change it");

/** How far somebody has come with what they want to review. */
export type Standing = "confirmed" | "waiting" | "cancelled" | "nothing";

/** Why somebody may not review a subject; undefined where the order or booking was confirmed. */
export function whyNot({ kind }: Subject, standing: Standing): string | undefined {
  const what = kind === "item" ? "order" : "booking";
  if (standing === "confirmed") return undefined;
  if (standing === "waiting") return `your ${what} is not confirmed yet`;
  if (standing === "cancelled") return `your ${what} was cancelled`;
  return `only who has a confirmed ${what} of it may review it`;
}

/** Refuses whoever has no confirmed order or booking, and says why. */
export function requireConfirmed(subject: Subject, standing: Standing): void {
  const text = whyNot(subject, standing);
  if (text !== undefined) throw new Refusal("forbidden", "not_confirmed", text);
}

export const alreadyReviewed = (options?: ErrorOptions) =>
  new Refusal("conflict", "already_reviewed", "already reviewed", options);

export const accountGone = () => new Refusal("forbidden", "account_gone", "the account is gone");

export const tooMuchWritten = (writesMax: number, waitSeconds: number) =>
  new Refusal(
    "limited",
    "too_much_written",
    `at most ${writesMax} reviews, comments and reports a day`,
    { retryAfterSeconds: Math.max(1, Math.ceil(waitSeconds)) },
  );
