import { type Stored, stored } from "../../lib/storage.ts";

/** A ticket that was shown at this door. */
export interface DoorEntry {
  readonly atMs: number;
  /** The ticket's text while the service does not know of it yet. */
  readonly unsent?: string;
}

/** What this device saw, by the id of the booking. */
export type DoorLog = Readonly<Record<string, DoorEntry>>;

const ENTRIES_MAX = 2_000;

/** Lives in the device: without a network it is all that knows who came in here. */
export const doorLog: Stored<DoorLog> = stored("door", { parse: doorLogIn, initial: {} });

/** The log with somebody let in; the oldest of too many go, but none that is still unsent. */
export function letIn(log: DoorLog, bookingId: string, entry: DoorEntry): DoorLog {
  const all = Object.entries({ ...log, [bookingId]: entry });
  if (all.length <= ENTRIES_MAX) return Object.fromEntries(all);
  const newest = all.sort(([, a], [, b]) => b.atMs - a.atMs);
  return Object.fromEntries(
    newest.filter(([, { unsent }], nth) => nth < ENTRIES_MAX || unsent !== undefined),
  );
}

/** The log once the service knows of a ticket. */
export function sent(log: DoorLog, bookingId: string): DoorLog {
  const entry = log[bookingId];
  return entry ? { ...log, [bookingId]: { atMs: entry.atMs } } : log;
}

/** Who was let in without the service, the first first. */
export function unsentIn(
  log: DoorLog,
): readonly { readonly bookingId: string; readonly ticket: string }[] {
  return Object.entries(log)
    .sort(([, a], [, b]) => a.atMs - b.atMs)
    .flatMap(([bookingId, { unsent }]) =>
      unsent === undefined ? [] : [{ bookingId, ticket: unsent }],
    );
}

/** Reads what was kept; what cannot be read is left out. */
export function doorLogIn(value: unknown): DoorLog | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => isEntry(entry)));
}

function isEntry(value: unknown): value is DoorEntry {
  if (typeof value !== "object" || value === null) return false;
  const { atMs, unsent }: { atMs?: unknown; unsent?: unknown } = value;
  return typeof atMs === "number" && (unsent === undefined || typeof unsent === "string");
}
