import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

/** What the address says after `?`: plain text by name. A blank or undefined one is left out. */
export type Filters = { readonly [name: string]: string | undefined };

/** Reads `?a=b` as it is written, so that addresses stay short and can be typed by hand. */
export function readFilters(search: string): Filters {
  return withoutBlanks(Object.fromEntries(new URLSearchParams(search)));
}

/** Slashes and colons need no escape in a query, and keys such as `order/17` are full of them. */
export function writeFilters(filters: Filters): string {
  const text = new URLSearchParams(Object.entries(withoutBlanks(filters))).toString();
  const readable = text.replaceAll("%2F", "/").replaceAll("%3A", ":");
  return readable === "" ? "" : `?${readable}`;
}

/** The page's filters, and how to change some of them. They live in the address alone. */
export function useFilters(): readonly [Filters, SetFilters] {
  const filters: Filters = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = useCallback<SetFilters>(
    (changes, { step = false } = {}) => {
      void navigate({
        to: ".",
        search: (before: Filters) => withoutBlanks({ ...before, ...changes }),
        replace: !step,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [filters, set];
}

/** With `step` the browser's Back returns to what was there before. */
export type SetFilters = (changes: Filters, options?: { readonly step?: boolean }) => void;

/** Whatever a router hands over, as filters. */
export function filtersOf(given: { readonly [name: string]: unknown }): Filters {
  return withoutBlanks(
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value == null ? "" : String(value)]),
    ),
  );
}

function withoutBlanks(filters: Filters): { [name: string]: string } {
  const said = Object.entries(filters).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, value] as const],
  );
  return Object.fromEntries(said);
}
