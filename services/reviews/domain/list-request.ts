import { invalid } from "./request-checks.ts";
import { readSubject, type Subject } from "./subject.ts";

export type ReviewSort = "new" | "top";

export interface PageRequest {
  readonly cursor?: string | undefined;
  /** 1 to 100. */
  readonly limit: number;
}

/** Which reviews a caller asks for. */
export interface ListRequest extends PageRequest {
  readonly subject: Subject;
  readonly sort: ReviewSort;
}

/** A list's parameters as text, or not given. Blank counts as not given. */
export type Parameters = Readonly<Record<string, string | undefined>>;

const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 20;

/** Reads what a caller wants listed, by the same rules behind both doors. */
export function readListRequest(parameters: Parameters): ListRequest {
  const subject = readSubject(parameters.subject);
  const sort = parameters.sort?.trim() || "new";
  if (sort !== "new" && sort !== "top") throw invalid("sort", "sort must be new or top");
  return { subject, sort, ...readPage(parameters) };
}

export function readPage({ cursor, limit }: Parameters): PageRequest {
  return { cursor: cursor?.trim() || undefined, limit: limitOf(limit?.trim()) };
}

function limitOf(value: string | undefined): number {
  if (!value) return LIMIT_DEFAULT;
  const limit = /^\d{1,3}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > LIMIT_MAX) throw invalid("limit", `limit must be 1 to ${LIMIT_MAX}`);
  return limit;
}
