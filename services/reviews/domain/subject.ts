import { invalid, isUuid } from "./request-checks.ts";

/** What is reviewed: a dish by its sku, or an event by its UUID in lower case. */
export interface Subject {
  readonly kind: "item" | "event";
  readonly id: string;
}

const SKU_MAX = 64;

/** As callers write it and the database keeps it: `item:burger` or `event:<id>`. */
export const subjectText = ({ kind, id }: Subject): string => `${kind}:${id}`;

/** Reads `item:<sku>` or `event:<id>`. An sku is trimmed, as in the menu. */
export function readSubject(value: unknown): Subject {
  if (value === undefined || value === null) throw invalid("subject", "subject is required");
  if (typeof value !== "string") throw invalid("subject", "subject must be a string");
  const text = value.trim();
  if (text === "") throw invalid("subject", "subject is required");
  const [, kind, rest = ""] = /^(item|event):(.*)$/s.exec(text) ?? [];
  const id = rest.trim();
  if (kind === "item" && isSku(id)) return { kind, id };
  if (kind === "event" && isUuid(id)) return { kind, id: id.toLowerCase() };
  throw invalid("subject", "subject must be item:<sku> or event:<id>");
}

function isSku(text: string): boolean {
  const isSound = text.isWellFormed() && !text.includes("\0");
  return isSound && text !== "" && [...text].length <= SKU_MAX;
}
