import { ConsumersView, OutboxView } from "@app/platform/messaging/ops-views.ts";
import { type CheckResult, resultOf } from "./check-result.ts";
import { type LedgerRow, ledgerPages, ledgerRows } from "./ledgers.ts";
import type { ServiceClient } from "./service-client.ts";
import type { PairLook } from "./verify-pairs.ts";

export interface Ticketing {
  readonly events: ServiceClient;
  readonly bookings: ServiceClient;
}

/** Rows of one service and what another makes of what it is told of them. */
interface Told {
  readonly name: string;
  readonly sentence: string;
  readonly ledger: string;
  readonly teller: ServiceClient;
  readonly listener: ServiceClient;
  /** What a row says that the listener need not have. */
  readonly nothing?: string;
}

interface Difference {
  readonly eventId: string;
  readonly problem: string;
}

/** More differences than this are not looked at again. */
const suspectsMax = 500;

/**
 * Compares what events and bookings know of each other. What differs is looked at again, and counts
 * only where it is the same difference and nothing is on its way that could mend it.
 */
export async function verifyTicketing(
  { events, bookings }: Ticketing,
  look: PairLook,
): Promise<readonly CheckResult[]> {
  const heard: Told = {
    name: "events-heard",
    sentence: "bookings know every event as the events service has it",
    ledger: "events",
    teller: events,
    listener: bookings,
  };
  const counted: Told = {
    name: "booked-seats-heard",
    sentence: "the events service counts the seats that are booked",
    ledger: "booked-seats",
    teller: bookings,
    listener: events,
    nothing: "0 seats",
  };
  return [await verifyTold(heard, look), await verifyTold(counted, look)];
}

async function verifyTold(told: Told, look: PairLook): Promise<CheckResult> {
  const { name, sentence, ledger, teller } = told;
  const suspects = new Map<string, string>();
  let checked = 0;
  for await (const rows of ledgerPages(teller, ledger, look)) {
    for (const { eventId, problem } of await differencesIn(told, rows))
      suspects.set(eventId, problem);
    checked += rows.length;
    look.onProgress(`${name}: ${checked} rows`);
    if (suspects.size >= suspectsMax) break;
  }
  const broken = suspects.size > 0 ? await stillDifferent(told, suspects, look) : [];
  return resultOf({
    where: "events and bookings",
    name,
    sentence,
    checked,
    rows: broken.map(({ eventId, problem }) => ({ about: `event/${eventId}`, problem })),
  });
}

async function stillDifferent(
  told: Told,
  suspects: ReadonlyMap<string, string>,
  { lookAgainMs, onProgress }: PairLook,
): Promise<readonly Difference[]> {
  onProgress(`${told.name}: ${suspects.size} looked at again`);
  await Bun.sleep(lookAgainMs);
  if (await isUnderWay(told)) return [];
  const rows = await ledgerRows(told.teller, told.ledger, [...suspects.keys()]);
  const again = await differencesIn(told, [...rows.values()]);
  return again.filter(({ eventId, problem }) => suspects.get(eventId) === problem);
}

async function differencesIn(
  { ledger, listener, nothing }: Told,
  rows: readonly LedgerRow[],
): Promise<readonly Difference[]> {
  const ids = rows.map(({ id }) => id);
  const known = await ledgerRows(listener, ledger, ids);
  return rows.flatMap((row) => {
    const other = known.get(row.id);
    const isSame = other?.state === row.state && other.content === row.content;
    if (isSame || (!other && row.content === nothing)) return [];
    const theirs = other ? textOf(other) : "not there";
    return [{ eventId: row.id, problem: `${textOf(row)}; in ${listener.name} ${theirs}` }];
  });
}

const textOf = ({ state, content }: LedgerRow) => `${state}, ${content}`;

/** Whether a message that was stated has not been taken in, or waits for a person as a dead letter. */
async function isUnderWay({ teller, listener }: Told): Promise<boolean> {
  const { backlog } = await teller.ask("/ops/v1/outbox?limit=1", OutboxView);
  if (backlog.count > 0) return true;
  const { consumers } = await listener.ask("/ops/v1/consumers", ConsumersView);
  return consumers.some(
    ({ broker, parked, dead }) =>
      broker === null || broker.pending + broker.unacknowledged + parked + dead > 0,
  );
}
