import { invalid, longerThan, momentOf } from "./fields.ts";
import { keyOf, wordsOf } from "./words.ts";

/** Which events a caller asks for. What is left out matches everything. */
export interface EventFilter {
  /** Words that all have to occur, each as the beginning of one. */
  readonly words?: readonly string[] | undefined;
  /** The whole name, in the form in which names are compared. */
  readonly nameKey?: string | undefined;
  /** In the form in which names are compared. */
  readonly countryKey?: string | undefined;
  /** Those that begin then or later. */
  readonly from?: Date | undefined;
  /** Those that begin before then. */
  readonly to?: Date | undefined;
  /** Those that take place, are not over and have seats left. */
  readonly available?: boolean | undefined;
}

export interface PageRequest {
  readonly cursor?: string | undefined;
  /** 1 to 100. */
  readonly limit: number;
}

export type ListRequest = EventFilter & PageRequest;

/** A list's parameters as text, or not given. Blank counts as not given. */
export type Parameters = Readonly<Record<string, string | undefined>>;

const SEARCH_MAX = 200;
const WORDS_MAX = 8;
const COUNTRY_MAX = 100;
const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 20;

/** Reads what a caller wants listed, by the same rules behind both doors. */
export function readListRequest(parameters: Parameters): ListRequest {
  const { search, country, from, to, available } = parameters;
  const range = { from: moment("from", from), to: moment("to", to) };
  if (range.from && range.to && range.from >= range.to)
    throw invalid("to", "from must be before to");
  const countryGiven = text("country", country, COUNTRY_MAX);
  return {
    words: wordsIn(text("search", search, SEARCH_MAX)),
    countryKey: countryGiven === undefined ? undefined : keyOf(countryGiven),
    ...range,
    available: flag("available", available),
    ...readPage(parameters),
  };
}

export function readPage({ cursor, limit }: Parameters): PageRequest {
  return { cursor: cursor?.trim() || undefined, limit: limitOf(limit?.trim()) };
}

function wordsIn(search: string | undefined): readonly string[] | undefined {
  if (search === undefined) return undefined;
  const words = wordsOf(search);
  if (words.length === 0) throw invalid("search", "search must have a letter or a digit");
  if (words.length > WORDS_MAX)
    throw invalid("search", `search must be at most ${WORDS_MAX} words`);
  return words;
}

function text(name: string, value: string | undefined, max: number): string | undefined {
  const trimmed = value?.trim();
  if (!trimmed) return undefined;
  if (longerThan(max, trimmed)) throw invalid(name, `${name} is too long`);
  if (trimmed.includes("\0")) throw invalid(name, `${name} must not contain NUL`);
  return trimmed;
}

function moment(name: string, value: string | undefined): Date | undefined {
  const digits = value?.trim();
  if (!digits) return undefined;
  return momentOf(/^\d{1,15}$/.test(digits) ? Number(digits) : undefined, name);
}

function flag(name: string, value: string | undefined): boolean {
  const said = value?.trim().toLowerCase();
  if (said && said !== "true" && said !== "false")
    throw invalid(name, `${name} must be true or false`);
  return said === "true";
}

function limitOf(value: string | undefined): number {
  if (!value) return LIMIT_DEFAULT;
  const limit = /^\d{1,3}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > LIMIT_MAX) throw invalid("limit", `limit must be 1 to ${LIMIT_MAX}`);
  return limit;
}
