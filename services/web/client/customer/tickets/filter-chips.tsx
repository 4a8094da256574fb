import { Icon } from "../../kit/icon.tsx";
import { day } from "../../lib/format.ts";
import { type changeFilters, type EventFilters, startOf } from "./event-filters.ts";

export interface FilterChipsProps {
  readonly filters: EventFilters;
  readonly onChange: (changes: Parameters<typeof changeFilters>[1]) => void;
}

/** What narrows the list, each with a way to take it off. */
export function FilterChips({ filters, onChange }: FilterChipsProps) {
  const { search, country, from, to } = filters;
  const chips = [
    { name: "search", text: search && `“${search}”` },
    { name: "country", text: country },
    { name: "from", text: from && `From ${dayText(from)}` },
    { name: "to", text: to && `Until ${dayText(to)}` },
  ] as const;
  return chips.map(
    ({ name, text }) =>
      text && (
        <button
          key={name}
          type="button"
          className="chip chip--set"
          aria-label={`Remove filter: ${text}`}
          onClick={() => onChange({ [name]: undefined })}
        >
          {text}
          <Icon name="x" />
        </button>
      ),
  );
}

const dayText = (text: string) => day(startOf(text) ?? text);
