import { Refusal } from "@app/platform/errors.ts";

/** One call to a service, from its beginning to the end of its answer. */
export interface ServiceCall extends Disposable {
  readonly signal: AbortSignal;
  /** The answer has come, or begun to go on: from now on it may take as long as it likes. */
  answered(): void;
  /** Gives it up, or ends it. */
  end(): void;
}

export interface CallLimits {
  /** Ends the call when the caller is gone. */
  readonly caller: AbortSignal;
  /** How long an answer may take. */
  readonly answerMs: number;
  /** After how long a silence the service is asked whether it is there at all, again and again. */
  readonly patienceMs: number;
  readonly isThere: () => Promise<boolean>;
}

/** The reason by which a call ends that took too long. */
export const late = new Refusal(
  "unavailable",
  "service_late",
  "the service did not answer in time",
);

/**
 * Watches over a call. A service may take its time, as for `Prefer: wait`; one that is not there any
 * more, paused or behind a broken line, is found out by asking it something that takes no time.
 */
export function serviceCall({ caller, answerMs, patienceMs, isThere }: CallLimits): ServiceCall {
  const ending = new AbortController();
  const giveUp = () => ending.abort(late);
  const limit = setTimeout(giveUp, answerMs);
  const watch = setInterval(async () => {
    if (!(await isThere())) giveUp();
  }, patienceMs);
  const answered = () => {
    clearTimeout(limit);
    clearInterval(watch);
  };
  const end = () => {
    answered();
    caller.removeEventListener("abort", end);
    ending.abort();
  };
  if (caller.aborted) end();
  caller.addEventListener("abort", end, { once: true });
  return { signal: ending.signal, answered, end, [Symbol.dispose]: end };
}
