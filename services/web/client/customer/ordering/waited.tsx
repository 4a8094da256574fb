import { useEffect, useState } from "react";
import { duration } from "../../lib/format.ts";

/** Most orders are decided before this, so nobody need count. */
const usualMs = 3_000;

/**
 * How long an order has waited for its decision, by the second. It is one line and one text in each
 * state, so that nothing moves; clocks that differ never count below zero.
 */
export function Waited({ since }: { readonly since: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const waitedMs = now - since;
  if (waitedMs < usualMs) return <>Usually done in under 2 seconds.</>;
  return <>{`${duration(Math.floor(waitedMs / 1_000) * 1_000)} so far.`}</>;
}
