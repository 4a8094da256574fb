import { useState } from "react";
import { Icon } from "./icon.tsx";

export interface StepperProps {
  /** What is counted, such as `Margherita, quantity`. */
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min?: number | undefined;
  /** The real limit; write it beside the stepper. */
  readonly max: number;
  readonly size?: "md" | "lg" | undefined;
  readonly disabled?: boolean | undefined;
}

/** A small number, one up or down at a time; each change is announced. */
export function Stepper({ label, value, onChange, min = 0, max, size, disabled }: StepperProps) {
  // The same number may be counted in two places, and is heard where somebody counts.
  const [isUsed, setIsUsed] = useState(false);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend with it.
    <div
      className={size === "lg" ? "stepper stepper--lg" : "stepper"}
      role="group"
      aria-label={label}
      onFocus={() => setIsUsed(true)}
      onBlur={() => setIsUsed(false)}
    >
      <button
        type="button"
        aria-label="One fewer"
        disabled={disabled || value <= min}
        onClick={() => onChange(value - 1)}
      >
        <Icon name="minus" />
      </button>
      <output className="num" aria-live={isUsed ? "polite" : "off"}>
        {value}
      </output>
      <button
        type="button"
        aria-label={value >= max ? "One more, at the limit" : "One more"}
        disabled={disabled || value >= max}
        onClick={() => onChange(value + 1)}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}
