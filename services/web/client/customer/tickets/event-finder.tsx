import { type FormEvent, useEffect, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { FieldFrame } from "../../kit/field.tsx";
import { Icon } from "../../kit/icon.tsx";
import type { changeFilters, EventFilters } from "./event-filters.ts";
import { useCountries } from "./use-events.ts";

export interface EventFinderProps {
  readonly filters: EventFilters;
  readonly onChange: (changes: Parameters<typeof changeFilters>[1]) => void;
}

/** Looks for events: words count when they are sent, everything else at once. */
export function EventFinder({ filters, onChange }: EventFinderProps) {
  const { search = "", country = "", from = "", to = "" } = filters;
  const [words, setWords] = useState(search);
  // Going back in the history changes the address under the field.
  useEffect(() => setWords(search), [search]);
  const countries = useCountries();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ search: words });
  };
  return (
    <search className="finder-box">
      <form className="finder" onSubmit={submit}>
        <div className="field search finder__q">
          <label className="vh" htmlFor="event-words">
            Search events
          </label>
          <Icon name="search" />
          <input
            className="input"
            id="event-words"
            type="search"
            maxLength={200}
            placeholder="Search by name, hall or town"
            value={words}
            onChange={({ target }) => {
              setWords(target.value);
              // The cross in the field empties it, and no button follows.
              if (target.value === "" && search !== "") onChange({ search: undefined });
            }}
          />
        </div>
        <FieldFrame label="Country">
          {(wired) => (
            <select
              {...wired}
              className="input"
              value={country}
              onChange={({ target }) => onChange({ country: target.value || undefined })}
            >
              <option value="">All countries</option>
              {withChosen(countries, country).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </FieldFrame>
        <Day label="From" value={from} max={to} onChange={(day) => onChange({ from: day })} />
        <Day label="Until" value={to} min={from} onChange={(day) => onChange({ to: day })} />
        <Button kind="primary" type="submit" className="finder__go">
          Find events
        </Button>
      </form>
    </search>
  );
}

/** An address may name a country that has no hall, or the countries may not be known. */
function withChosen(countries: readonly string[], chosen: string): readonly string[] {
  return chosen === "" || countries.includes(chosen) ? countries : [chosen, ...countries];
}

interface DayProps {
  readonly label: string;
  readonly value: string;
  readonly min?: string;
  readonly max?: string;
  readonly onChange: (day: string | undefined) => void;
}

function Day({ label, value, min, max, onChange }: DayProps) {
  return (
    <FieldFrame label={label}>
      {(wired) => (
        <input
          {...wired}
          className="input"
          type="date"
          value={value}
          min={min || undefined}
          max={max || undefined}
          onChange={({ target }) => onChange(target.value || undefined)}
        />
      )}
    </FieldFrame>
  );
}
