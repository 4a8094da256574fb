import { time, timeExact } from "../lib/format.ts";
import type { LiveState } from "../lib/live-loop.ts";
import { Badge } from "./badge.tsx";
import { useSaidConnection } from "./use-said-connection.ts";

export interface LiveBadgeProps extends Pick<LiveState<unknown>, "status" | "lastAt"> {
  readonly className?: string | undefined;
}

/**
 * Whether what is shown is of now; if not, of when it is. Each state is an element of its own: at the
 * right of a row one that grew would move.
 */
export function LiveBadge({ status, lastAt, className }: LiveBadgeProps) {
  useSaidConnection(status);
  const exact = lastAt === undefined ? "" : timeExact(lastAt);
  const last = lastAt === undefined ? "" : `last update ${time(lastAt)}`;
  if (status === "live" || status === "done")
    return (
      <Badge
        key={status}
        tone="ok"
        dot={status === "live" ? "live" : "still"}
        className={className}
      >
        <span className="num">{said(status === "live" ? "Live" : "Up to date", exact)}</span>
      </Badge>
    );
  if (lastAt === undefined && status === "connecting")
    return (
      <Badge key={status} busy className={className}>
        Connecting
      </Badge>
    );
  return (
    <Badge key={status} tone="warn" icon="wifioff" className={className}>
      <span className="num">{said(status === "failed" ? "Not live" : "Reconnecting", last)}</span>
    </Badge>
  );
}

/** One text, because a text that follows one that changes would move. */
const said = (word: string, when: string) => (when === "" ? word : `${word}, ${when}`);
