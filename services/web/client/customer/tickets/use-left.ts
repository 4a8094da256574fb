import { useEffect, useState } from "react";
import { serverClock, useServerTimeKnown } from "./server-clock.ts";

const TICK_MS = 500;

/**
 * How much is left until a moment of the server's clock, never less than 0. Undefined where there is
 * none, and as long as the server's time is not known.
 */
export function useLeft(endsAtMs: number | undefined): number | undefined {
  const known = useServerTimeKnown();
  const [nowMs, setNowMs] = useState(() => serverClock.now());
  const running = known && endsAtMs !== undefined;
  useEffect(() => {
    if (!running) return;
    const look = () => setNowMs(serverClock.now());
    look();
    const timer = setInterval(look, TICK_MS);
    return () => clearInterval(timer);
  }, [running]);
  if (endsAtMs === undefined || !known) return undefined;
  return Math.max(0, endsAtMs - nowMs);
}
