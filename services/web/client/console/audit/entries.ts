import type { AuditView } from "@app/platform/messaging/ops-repair-views.ts";
import type { Answer } from "../ask.ts";
import type { Place } from "../go-to.tsx";
import type { ServiceName } from "../ops.ts";

export type Entry = AuditView["entries"][number] & { readonly service: ServiceName };

/** What was done everywhere, the newest first. Each service's own order is kept where clocks agree. */
export function entriesOf(answers: readonly Answer<AuditView>[]): readonly Entry[] {
  return answers
    .flatMap(({ service, value }) => (value?.entries ?? []).map((entry) => ({ ...entry, service })))
    .toSorted((a, b) => b.at.localeCompare(a.at) || b.id - a.id);
}

/** Why it was done, where somebody said so. */
export function reasonOf({ detail }: Entry): string | undefined {
  const reason = fieldsOf(detail).find(([name]) => name === "reason")?.[1];
  return typeof reason === "string" && reason !== "" ? reason : undefined;
}

/** What else is known, without what says nothing. */
export function moreOf({ detail }: Entry): readonly (readonly [name: string, value: string])[] {
  return fieldsOf(detail).flatMap(([name, value]) =>
    name === "reason" || value === null || value === ""
      ? []
      : [[name, typeof value === "string" ? value : JSON.stringify(value)] as const],
  );
}

function fieldsOf(detail: unknown): readonly (readonly [string, unknown])[] {
  return typeof detail === "object" && detail !== null ? Object.entries(detail) : [];
}

/** Where what was acted on is shown; undefined where no page shows it. */
export function placeOf({ target, service }: Pick<Entry, "target" | "service">): Place | undefined {
  const slash = target.indexOf("/");
  const [kind, id] = [target.slice(0, slash), target.slice(slash + 1)];
  switch (kind) {
    case "dead-letter":
      return { to: "/console/dead-letters", search: { letter: `${service}/${id}` } };
    case "redrive-run":
      return { to: "/console/dead-letters", search: { run: `${service}/${id}` } };
    case "consumer":
      return { to: "/console/streams" };
    case "lane":
      return { to: "/console/follow", search: { of: id.slice(id.indexOf("/") + 1) } };
    case "order":
    case "event":
    case "location":
    case "booking":
    case "user":
      return { to: "/console/follow", search: { of: target } };
    default:
      return undefined;
  }
}
