import type { ServiceName } from "../ops.ts";

/** What is followed: one aggregate with all that belongs to it, or something that leads to one. */
export type Subject =
  | {
      readonly kind: "aggregate";
      /** Its own key, such as `order/17`. */
      readonly key: string;
      readonly title: string;
      /** Every key whose messages are part of its life. */
      readonly keys: readonly string[];
      /** Who sends or hears those messages. */
      readonly services: readonly ServiceName[];
    }
  | { readonly kind: "user"; readonly id: string }
  | { readonly kind: "message"; readonly id: string }
  /** A UUID of which nobody said what it is. */
  | { readonly kind: "anything"; readonly id: string }
  | { readonly kind: "nothing" };

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Reads what the address asks for: `order/17`, `booking/<uuid>`, `user/ada`, a bare UUID, a bare name. */
export function subjectOf(text: string | undefined): Subject {
  const of = text?.trim() ?? "";
  if (of === "") return { kind: "nothing" };
  const slash = of.indexOf("/");
  if (slash === -1) {
    if (/^[1-9]\d{0,18}$/.test(of)) return orderOf(of);
    return uuid.test(of.toLowerCase())
      ? { kind: "anything", id: of.toLowerCase() }
      : { kind: "user", id: of };
  }
  const [aggregate, id] = [of.slice(0, slash).toLowerCase(), of.slice(slash + 1)];
  if (aggregate === "order" || aggregate === "reservation") return orderOf(id);
  if (aggregate === "message") return { kind: "message", id: id.toLowerCase() };
  if (aggregate === "user") return { kind: "user", id };
  const key = `${aggregate}/${id.toLowerCase()}`;
  return {
    kind: "aggregate",
    key,
    title: `${nameOf(aggregate)} ${id.slice(-8)}`,
    keys: [key],
    services: ticketing,
  };
}

/** Bookings, events and locations are told between these two. */
const ticketing = ["events", "bookings"] as const;

/** An order and its reservation are two aggregates of one life. */
function orderOf(id: string): Subject {
  return {
    kind: "aggregate",
    key: `order/${id}`,
    title: `Order ${id}`,
    keys: [`order/${id}`, `reservation/${id}`],
    services: ["orders", "inventory"],
  };
}

const nameOf = (aggregate: string) => aggregate.charAt(0).toUpperCase() + aggregate.slice(1);

/** The number of an order; undefined for everything else. */
export function orderIdOf(subject: Subject): string | undefined {
  return subject.kind === "aggregate" ? /^order\/(\d+)$/.exec(subject.key)?.[1] : undefined;
}
