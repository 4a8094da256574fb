import { time, timeExact } from "../lib/format.ts";
import type { LiveState } from "../lib/live-loop.ts";
import { Badge } from "./badge.tsx";

export interface LiveBadgeProps extends Pick<LiveState<unknown>, "status" | "lastAt"> {
  readonly className?: string | undefined;
}

/** Whether what is shown is of now; if not, of when it is. */
export function LiveBadge({ status, lastAt, className }: LiveBadgeProps) {
  if (status === "live" || status === "done")
    return (
      <Badge tone="ok" dot={status === "live" ? "live" : "still"} className={className}>
        <span className="num">
          {status === "live" ? "Live" : "Up to date"}
          {lastAt !== undefined && `, ${timeExact(lastAt)}`}
        </span>
      </Badge>
    );
  if (lastAt === undefined && status === "connecting")
    return (
      <Badge busy className={className}>
        Connecting
      </Badge>
    );
  return (
    <Badge tone="warn" icon="wifioff" className={className}>
      <span className="num">
        {status === "failed" ? "Not live" : "Reconnecting"}
        {lastAt !== undefined && `, last update ${time(lastAt)}`}
      </span>
    </Badge>
  );
}
