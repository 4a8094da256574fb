/** What is looked for in the list of events, as it stands in the address of the page. */
export interface EventFilters {
  /** Words of its name, hall or place. */
  readonly search?: string;
  readonly country?: string;
  /** The first and the last day, `YYYY-MM-DD` by the reader's calendar. */
  readonly from?: string;
  readonly to?: string;
  /** Only events with free seats. */
  readonly available?: true;
}

const SEARCH_MAX = 200;
const COUNTRY_MAX = 100;

/** Reads filters from an address that anybody may have written: what makes no sense is left out. */
export function readFilters(query: Readonly<Record<string, unknown>>): EventFilters {
  const search = textIn(query.search, SEARCH_MAX);
  const country = textIn(query.country, COUNTRY_MAX);
  const from = dayIn(query.from);
  const to = dayIn(query.to);
  return {
    ...(search === undefined ? {} : { search }),
    ...(country === undefined ? {} : { country }),
    ...(from === undefined ? {} : { from }),
    // A last day before the first would be refused, and matches nothing anyway.
    ...(to === undefined || (from !== undefined && to < from) ? {} : { to }),
    ...(String(query.available) === "true" ? { available: true as const } : {}),
  };
}

/** The same filters with some of them changed; undefined takes one away. */
export function changeFilters(
  filters: EventFilters,
  change: { readonly [K in keyof EventFilters]?: EventFilters[K] | undefined },
): EventFilters {
  return readFilters({ ...filters, ...change });
}

/** The filters as the contract's `ListEvents` takes them. Without a first day the list begins today. */
export function requestOf(filters: EventFilters, now: Date) {
  const { search = "", country = "", from, to, available = false } = filters;
  const lastDay = to === undefined ? undefined : startOf(to);
  return {
    search,
    country,
    available,
    from: secondsOf(from === undefined ? midnightOf(now) : (startOf(from) ?? midnightOf(now))),
    ...(lastDay === undefined ? {} : { to: secondsOf(dayAfter(lastDay)) }),
  };
}

export function isFiltered(filters: EventFilters): boolean {
  return Object.keys(filters).length > 0;
}

/** The day on which a moment lies by the reader's calendar, `YYYY-MM-DD`. */
export function dayOf(moment: Date): string {
  const year = String(moment.getFullYear()).padStart(4, "0");
  const month = String(moment.getMonth() + 1).padStart(2, "0");
  return `${year}-${month}-${String(moment.getDate()).padStart(2, "0")}`;
}

/** When a day of `YYYY-MM-DD` begins for the reader; undefined for what is no day. */
export function startOf(day: string): Date | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  const start = new Date(Number(year), Number(month) - 1, Number(date));
  return dayOf(start) === day ? start : undefined;
}

function textIn(value: unknown, max: number): string | undefined {
  // The router reads `?search=7` as a number.
  const given = typeof value === "number" ? String(value) : value;
  if (typeof given !== "string") return undefined;
  return given.trim().slice(0, max).trim() || undefined;
}

function dayIn(value: unknown): string | undefined {
  return typeof value === "string" && startOf(value) !== undefined ? value : undefined;
}

const midnightOf = (moment: Date) =>
  new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());

/** Not 24 hours later: a day on which clocks change has 23 or 25. */
const dayAfter = (start: Date) =>
  new Date(start.getFullYear(), start.getMonth(), start.getDate() + 1);

const secondsOf = (moment: Date) => BigInt(Math.floor(moment.getTime() / 1_000));
