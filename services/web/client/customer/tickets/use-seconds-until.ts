import { useEffect, useState } from "react";

/** Whole seconds until a moment of the browser's clock, never less than 0. */
export function useSecondsUntil(momentMs: number): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    setNowMs(Date.now());
    const timer = setInterval(() => setNowMs(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((momentMs - nowMs) / 1_000));
}
