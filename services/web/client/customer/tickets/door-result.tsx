import { Button } from "../../kit/button.tsx";
import { Icon, type IconName } from "../../kit/icon.tsx";
import { TraceId } from "../../kit/trace-id.tsx";
import type { DoorAnswer } from "./check-ticket.ts";

const icons: Readonly<Record<DoorAnswer["is"], IconName>> = {
  welcome: "check",
  again: "refresh",
  invalid: "x",
  unsure: "wifioff",
  failed: "alert",
};

export interface DoorResultProps {
  readonly answer: DoorAnswer;
  readonly enterLater: () => void;
}

/** One answer, large enough to be read across a queue. */
export function DoorResult({ answer, enterLater }: DoorResultProps) {
  const { is, title, detail, checked, mayEnterLater, problem } = answer;
  return (
    <div className={`door-result door-result--${is}`}>
      <Icon name={icons[is]} />
      <div className="stack">
        <p className="display h2">{title}</p>
        <p>{detail}</p>
        <p className="sm">{checked}</p>
        {mayEnterLater && (
          <p>
            <Button onClick={enterLater}>Let in and tell the service later</Button>
          </p>
        )}
        {problem?.traceId !== undefined && <TraceId id={problem.traceId} />}
      </div>
    </div>
  );
}
