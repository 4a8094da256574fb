import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from "react";
import { saidBetween } from "./countdown-words.ts";

export interface CountdownProps {
  /** In unix milliseconds of the server's clock. */
  readonly endsAt: number;
  /** The server's clock now: this machine's, with the difference that was measured. */
  readonly now: () => number;
  /** How long the whole wait is, for the ring. */
  readonly totalMs: number;
  /** One line below: what is held, and until when by the clock on the wall. */
  readonly children: ReactNode;
  readonly onEnd?: (() => void) | undefined;
}

const tickMs = 250;
const endingMs = 120_000;

/** What is left of a wait: ring, `mm:ss`, and a word at two minutes and at half a minute. */
export function Countdown({ endsAt, now, totalMs, children, onEnd }: CountdownProps) {
  const [left, setLeft] = useState(() => Math.max(0, endsAt - now()));
  const [announced, setAnnounced] = useState("");
  const look = useEffectEvent(() => setLeft(Math.max(0, endsAt - now())));
  const ended = useEffectEvent(() => onEnd?.());
  const isOver = left === 0;
  const seconds = Math.ceil(left / 1_000);

  useEffect(() => {
    if (isOver) return ended();
    const timer = setInterval(look, tickMs);
    return () => clearInterval(timer);
  }, [isOver]);

  const before = useRef(left);
  useEffect(() => {
    const text = saidBetween(before.current, left);
    before.current = left;
    if (text !== undefined) setAnnounced(text);
  }, [left]);

  const ending = left <= endingMs;
  return (
    <div className={ending ? "countdown countdown--ending" : "countdown"}>
      <svg className="countdown__ring" viewBox="0 0 36 36" aria-hidden="true">
        <circle className="t" cx="18" cy="18" r="15.915" />
        <circle
          className="v"
          cx="18"
          cy="18"
          r="15.915"
          pathLength="100"
          strokeDashoffset={100 - Math.min(100, (left / totalMs) * 100)}
        />
      </svg>
      <div>
        <p className="countdown__n" role="timer">
          {clock(seconds)}
        </p>
        <p className="sm muted">{children}</p>
      </div>
      <p className="vh" role="status">
        {announced}
      </p>
    </div>
  );
}

const two = (n: number) => String(n).padStart(2, "0");
const clock = (seconds: number) => `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
