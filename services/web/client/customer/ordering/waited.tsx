import { useEffect, useState } from "react";
import { duration } from "../../lib/format.ts";

/** How long something has been going on, by the second; clocks that differ never count below zero. */
export function Waited({ since }: { readonly since: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(1, Math.floor((now - since) / 1_000));
  // One text, because what follows a text that grows would move.
  return <span className="num">{`${duration(seconds * 1_000)} so far.`}</span>;
}
