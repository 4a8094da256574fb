import { Button } from "../../kit/button.tsx";
import { Notice } from "../../kit/notice.tsx";
import { TraceId } from "../../kit/trace-id.tsx";
import { heldAt } from "./hold-steps.ts";
import type { Away } from "./until-answered.ts";
import type { Holding } from "./use-hold.ts";
import { useSecondsUntil } from "./use-seconds-until.ts";

export interface AwayNoticeProps {
  readonly away: Away;
  readonly tryNow: () => void;
  readonly holding: Holding;
}

/** Nobody answers: what is safe, and that it is tried again by itself. */
export function AwayNotice({ away, tryNow, holding }: AwayNoticeProps) {
  const { problem, retryAtMs } = away;
  const seconds = useSecondsUntil(retryAtMs);
  const isConfirming = holding.step?.step === "confirming";
  const held = heldAt(holding.step);
  return (
    <div className="pad stack">
      <Notice
        tone="bad"
        icon={problem.status === 0 ? "wifioff" : "alert"}
        role="alert"
        title={problem.status === 0 ? "No connection" : "Bookings are not answering"}
      >
        <p>
          {isConfirming
            ? "We do not know yet whether your seats are booked. Asking again cannot book them twice."
            : "We do not know yet whether your seats are held. Asking again cannot hold them twice."}{" "}
          {!isConfirming && held && "The seats that you hold stay yours meanwhile."}
        </p>
      </Notice>
      <p className="sm muted" aria-hidden="true">
        {seconds > 0 ? `We try again in ${seconds} s.` : "Trying again."}
      </p>
      <Button block onClick={tryNow}>
        Try now
      </Button>
      {problem.traceId !== undefined && <TraceId id={problem.traceId} />}
    </div>
  );
}
