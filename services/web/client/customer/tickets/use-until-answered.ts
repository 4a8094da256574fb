import { useEffect, useEffectEvent, useRef, useState } from "react";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { type AnswerWorld, type Away, untilAnswered } from "./until-answered.ts";

export interface Asking<T> {
  /** What is asked for, such as a key; another one begins anew, and undefined asks for nothing. */
  readonly of: string | undefined;
  readonly call: (signal: AbortSignal) => Promise<T | undefined>;
  readonly answered: (answer: T) => void;
  readonly refused: (problem: Problem) => void;
}

export interface Answering {
  /** Why it takes so long. */
  readonly away: Away | undefined;
  readonly tryNow: () => void;
}

/** Makes a call that can be repeated until it is answered, as long as the page wants it. */
export function useUntilAnswered<T>({ of, call, answered, refused }: Asking<T>): Answering {
  const [away, setAway] = useState<Away | undefined>();
  const hurry = useRef<() => void>(undefined);
  const ask = useEffectEvent(call);
  const hear = useEffectEvent(answered);
  const refuse = useEffectEvent(refused);

  useEffect(() => {
    if (of === undefined) return;
    const wanted = new AbortController();
    const { signal } = wanted;
    const world: AnswerWorld = {
      now: Date.now,
      wait: (ms, ended) => waitUnlessHurried({ ms, signal: ended, hurry }),
    };
    untilAnswered(ask, world, { signal, onAway: setAway })
      .then((answer) => {
        if (answer !== undefined && !signal.aborted) hear(answer);
      })
      .catch((error: unknown) => {
        if (!signal.aborted) refuse(problemOf(error));
      });
    return () => {
      wanted.abort();
      setAway(undefined);
    };
  }, [of]);

  return { away, tryNow: () => hurry.current?.() };
}

interface Waiting {
  readonly ms: number;
  readonly signal: AbortSignal;
  readonly hurry: { current: (() => void) | undefined };
}

/** The network that comes back hurries it too. */
function waitUnlessHurried({ ms, signal, hurry }: Waiting): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      signal.removeEventListener("abort", over);
      hurry.current = undefined;
      resolve();
    };
    const timer = setTimeout(over, ms);
    addEventListener("online", over);
    signal.addEventListener("abort", over);
    hurry.current = over;
  });
}
