import { Stepper } from "../../kit/stepper.tsx";

export interface SeatChooserProps {
  readonly value: number;
  readonly max: number;
  /** The limit in words. */
  readonly limit: string;
  readonly disabled?: boolean | undefined;
  readonly onChange: (seats: number) => void;
}

/** How many seats, up to the real limit. */
export function SeatChooser({ value, max, limit, disabled, onChange }: SeatChooserProps) {
  return (
    <div className="row seatrow">
      <div>
        <p className="strong">Seats</p>
        <p className="sm muted">{limit}</p>
      </div>
      <div className="push">
        <Stepper label="Seats" size="lg" min={1} {...{ value, max, disabled, onChange }} />
      </div>
    </div>
  );
}
