/** Tells what is being done and how long the rest takes. */
export interface Progress {
  step(text: string): void;
  /** Says that so many seconds of the estimate are done. */
  done(seconds: number): void;
}

/** Writes lines such as `[3 min left] i: round 2, pgbench, 16 connections`. */
export function progress(
  totalSeconds: number,
  write: (line: string) => void,
  nowMs: () => number = () => performance.now(),
): Progress {
  const startedMs = nowMs();
  let doneSeconds = 0;
  return {
    step: (text) => {
      const leftSeconds = timeLeft({
        totalSeconds,
        doneSeconds,
        elapsedSeconds: (nowMs() - startedMs) / 1_000,
      });
      write(`[${durationText(leftSeconds)} left] ${text}`);
    },
    done: (seconds) => {
      doneSeconds = Math.min(totalSeconds, doneSeconds + seconds);
    },
  };
}

/** Trusts the estimate at first, and then as far as it has proved right, at most threefold. */
export function timeLeft(at: {
  readonly totalSeconds: number;
  readonly doneSeconds: number;
  readonly elapsedSeconds: number;
}): number {
  const { totalSeconds, doneSeconds, elapsedSeconds } = at;
  if (doneSeconds === 0) return Math.max(0, totalSeconds - elapsedSeconds);
  const pace = Math.min(3, elapsedSeconds / doneSeconds);
  return (totalSeconds - doneSeconds) * pace;
}

function durationText(seconds: number): string {
  if (seconds >= 90) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds)} s`;
}
