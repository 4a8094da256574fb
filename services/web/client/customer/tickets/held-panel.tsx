import type { Event } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Countdown } from "../../kit/countdown.tsx";
import { Notice } from "../../kit/notice.tsx";
import { count, time } from "../../lib/format.ts";
import { leadsOn } from "./hold-refusal.ts";
import { heldAt } from "./hold-steps.ts";
import { RefusalNotice } from "./refusal-notice.tsx";
import { SeatChooser } from "./seat-chooser.tsx";
import { seatsText } from "./seat-words.ts";
import { serverClock } from "./server-clock.ts";
import { TicketFor } from "./ticket-for.tsx";
import type { Holding } from "./use-hold.ts";

export interface HeldPanelProps {
  readonly event: Event;
  /** How many are free beside those that are held. */
  readonly left: number;
  readonly holding: Holding;
}

const ENDING_MS = 120_000;

/** Seats are held: until when, and what can be done with them. */
export function HeldPanel({ event, left, holding }: HeldPanelProps) {
  const { step, leftMs, totalMs, refusal, releasing } = holding;
  const held = heldAt(step);
  const [wanted, setWanted] = useState<number | undefined>();
  if (held === undefined) return null;

  const { seats, endsAtMs, holdId } = held;
  const max = Math.min(event.seatsMax, seats + left);
  const chosen =
    step?.step === "asking" ? step.seats : Math.min(wanted ?? seats, Math.max(max, seats));
  const kind = refusal && leadsOn(refusal) ? "plain" : "primary";
  const ending = leftMs !== undefined && leftMs <= ENDING_MS;
  const confirming = step?.step === "confirming";
  const busy = confirming || step?.step === "asking" || releasing;
  const ask = (count: number) => {
    setWanted(undefined);
    holding.ask(count);
  };
  return (
    <>
      <div className={ending ? "holdbar holdbar--ending pad" : "holdbar pad"}>
        {leftMs === undefined ? (
          <p className="sm muted holdbar__wait">Looking at the clock.</p>
        ) : (
          <Countdown
            key={`${holdId} ${endsAtMs}`}
            endsAt={endsAtMs}
            now={serverClock.now}
            totalMs={totalMs}
          >
            {leftMs === 0
              ? "Looking whether your seats are still there"
              : ending
                ? `Your ${seatsText(seats)} go back at ${time(endsAtMs)}`
                : `Your ${seatsText(seats)} are held until ${time(endsAtMs)}`}
          </Countdown>
        )}
      </div>
      <div className="pad stack bookform">
        {ending && leftMs > 0 && !confirming && (
          <Notice tone="warn" title="Not long now">
            <p>
              Confirm now and they are yours. If the time runs out, the seats go back to everyone
              and you can try again.
            </p>
          </Notice>
        )}
        {refusal && <RefusalNotice refusal={refusal} event={event} ask={ask} />}
        <SeatChooser
          value={chosen}
          max={Math.max(max, chosen)}
          limit={moreText(left, max - seats)}
          disabled={busy}
          onChange={setWanted}
        />
        <TicketFor held />
        {chosen === seats || confirming ? (
          <Button kind={kind} size="lg" block busy={busy} onClick={holding.confirm}>
            {confirming ? `Confirming ${seatsText(seats)}` : `Confirm ${seatsText(seats)}`}
          </Button>
        ) : (
          <Change
            {...{ seats, chosen, left, busy, kind }}
            holding={{ ...holding, ask }}
            stay={() => setWanted(undefined)}
          />
        )}
        <p className="sm muted">
          The clock keeps running if you close this page, and in other tabs.{" "}
          <button type="button" className="aslink" disabled={busy} onClick={holding.release}>
            {releasing ? "Letting them go" : "Let them go"}
          </button>
        </p>
      </div>
    </>
  );
}

function moreText(left: number, more: number): string {
  if (left === 0) return "No more are free";
  return more <= 0 ? "That is the most for one booking" : `You can add ${count(more)} more`;
}

interface ChangeProps {
  readonly seats: number;
  readonly chosen: number;
  readonly left: number;
  readonly busy: boolean;
  readonly kind: "primary" | "plain";
  readonly holding: Pick<Holding, "ask" | "giveBackAndAsk">;
  readonly stay: () => void;
}

/**
 * Other seats instead of the held ones. Where so many are free the held ones stay until the others
 * are there; else they have to be given back first, and that is said.
 */
function Change({ seats, chosen, left, busy, kind, holding, stay }: ChangeProps) {
  const isSafe = chosen <= left;
  const change = () => {
    if (isSafe) holding.ask(chosen);
    else holding.giveBackAndAsk(chosen);
  };
  return (
    <>
      <Button kind={kind} size="lg" block busy={busy} onClick={change}>
        {busy ? `Changing to ${seatsText(chosen)}` : `Change to ${seatsText(chosen)}`}
      </Button>
      {!busy && (
        <Button block onClick={stay}>
          Stay with {seatsText(seats)}
        </Button>
      )}
      <p className="sm muted">
        {isSafe
          ? `Your ${seatsText(seats)} stay yours until the others are held.`
          : `Your ${seatsText(seats)} go back for a moment, and somebody could be quicker.`}
      </p>
    </>
  );
}
