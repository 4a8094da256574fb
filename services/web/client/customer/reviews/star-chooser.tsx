import { useEffect, useId, useRef } from "react";
import { Icon } from "../../kit/icon.tsx";

interface StarChooserProps {
  /** 1 to 5; 0 while nothing is chosen. */
  readonly value: number;
  readonly onChange: (stars: number) => void;
  readonly error?: string | undefined;
  /** Whether it stands where what had the focus was. */
  readonly takesFocus?: boolean | undefined;
}

const choices = [1, 2, 3, 4, 5];

/** Five choices that look like stars: a group of radio buttons, by arrows and by pointer. */
export function StarChooser({ value, onChange, error, takesFocus = false }: StarChooserProps) {
  const name = useId();
  const errorId = `${name}-error`;
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takesFocus) row.current?.querySelector<HTMLInputElement>("input:checked")?.focus();
  }, [takesFocus]);
  return (
    <fieldset className="starpick" aria-describedby={error === undefined ? undefined : errorId}>
      <legend>Your stars</legend>
      <div className="starpick__row" ref={row}>
        {choices.map((stars) => (
          <label key={stars} className={stars <= value ? "starpick__one is-on" : "starpick__one"}>
            <input
              type="radio"
              name={name}
              value={stars}
              checked={stars === value}
              onChange={() => onChange(stars)}
              className="vh"
            />
            <span aria-hidden="true">★</span>
            <span className="vh">{stars === 1 ? "1 star" : `${stars} stars`}</span>
          </label>
        ))}
      </div>
      {error !== undefined && (
        <p className="field__bad" id={errorId}>
          <Icon name="alert" small />
          {error}
        </p>
      )}
    </fieldset>
  );
}
