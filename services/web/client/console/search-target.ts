import type { Filters } from "./filters.ts";
import type { ConsolePath } from "./go-to.tsx";
import { isServiceName } from "./ops.ts";

/** Where a search leads: a page and its filters. */
export interface SearchTarget {
  readonly to: ConsolePath;
  readonly search: Filters;
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const words = /^(order|booking|event|location|reservation|user|message)s?[\s/#:]+(\S+)$/i;

/**
 * What somebody means who types an id: `17` and `order 17` are an order, `inventory/3` is a dead
 * letter, a UUID may be anything and is looked up as it is. Undefined for a blank.
 */
export function searchTarget(typed: string): SearchTarget | undefined {
  const text = typed.trim();
  if (text === "") return undefined;
  const [service = "", letter = "", more] = text.split("/");
  if (more === undefined && isServiceName(service) && /^[1-9]\d*$/.test(letter)) {
    return { to: "/console/dead-letters", search: { letter: `${service}/${letter}` } };
  }
  return { to: "/console/follow", search: { of: meaning(text) } };
}

function meaning(text: string): string {
  const number = /^#?([1-9]\d{0,18})$/.exec(text)?.[1];
  if (number !== undefined) return `order/${number}`;
  if (uuid.test(text)) return text.toLowerCase();
  const [, kind, id] = words.exec(text) ?? [];
  return kind !== undefined && id !== undefined ? `${kind.toLowerCase()}/${id}` : text;
}
