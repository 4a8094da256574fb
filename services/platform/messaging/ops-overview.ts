import { asc, sql } from "drizzle-orm";
import type { Readiness } from "../health.ts";
import type { Database } from "../postgres.ts";
import { within } from "../within.ts";
import type { Inspected } from "./messaging.ts";
import { showConsumers } from "./ops-consumers.ts";
import type { OverviewView } from "./ops-overview-view.ts";
import { postgresOutbox } from "./postgres-outbox.ts";
import { confirmedCount } from "./postgres-reconcile.ts";
import { invariantsChecked } from "./reconcile-tables.ts";
import { deadLetters, outbox } from "./tables.ts";

/** What a service has not decided for too long, in its own words. */
export interface Undecided {
  readonly what: string;
  /** What is younger is not counted. */
  readonly afterMs: number;
  readonly count: number;
  readonly atLeast: boolean;
  readonly oldest: { readonly key: string; readonly since: Date } | undefined;
}

/** What the core alone cannot tell of a service. */
export interface Vitals {
  readonly readiness: () => Promise<Readiness>;
  readonly undecided?: (() => Promise<Undecided>) | undefined;
}

/** A backlog is asked for often: counting a long one to its end would take as long as it is long. */
const backlogCountMax = 10_000;
const brokerWithinMs = 600;

/**
 * All that tells at one glance how a service is. Meant to be asked every second or two by everybody
 * who looks: each part is bounded, and a broker that is away leaves its parts out.
 */
export async function showOverview(
  inspected: Inspected,
  { readiness, undecided }: Vitals,
): Promise<OverviewView> {
  const { service, db } = inspected;
  const [ready, waiting, streams, consumers, letters, conservation, late] = await Promise.all([
    readiness(),
    backlogOf(db),
    streamsOf(inspected),
    consumersOf(inspected),
    lettersOf(db),
    conservationOf(db),
    undecided?.(),
  ]);
  return {
    service,
    at: new Date().toISOString(),
    readiness: readinessView(ready),
    outbox: waiting,
    streams,
    consumers,
    deadLetters: letters,
    conservation,
    undecided: late ? undecidedView(late) : null,
  };
}

function readinessView({ status, checks }: Readiness): OverviewView["readiness"] {
  const found = Object.entries(checks);
  return {
    status,
    checks: found.length,
    failing: found.flatMap(([name, check]) =>
      check.status === "failed" ? [{ name, critical: check.critical, problem: check.problem }] : [],
    ),
  };
}

async function backlogOf(db: Database): Promise<OverviewView["outbox"]> {
  const { count, oldestMs } = await postgresOutbox(db).backlog(backlogCountMax);
  const [oldest] = await db.q
    .select({ key: outbox.key })
    .from(outbox)
    .orderBy(asc(outbox.id))
    .limit(1);
  return {
    count,
    atLeast: count === backlogCountMax,
    oldestAgeMs: Math.max(0, Math.round(oldestMs)),
    oldestKey: oldest?.key ?? null,
  };
}

/** Null while the broker does not answer: then nothing is known of any. */
async function streamsOf({
  service,
  broker,
  streams,
}: Inspected): Promise<OverviewView["streams"]> {
  const own = streams.filter(({ owner }) => owner === service);
  const states = await unlessSilent(broker, () =>
    Promise.all(own.map(async ({ name }) => ({ name, state: await broker.streamState(name) }))),
  );
  return (
    states?.flatMap(({ name, state }) => {
      if (!state) return [];
      const { lastSequence, messages, bytes, full = false } = state;
      return [{ stream: name, lastSequence, messages, bytes, full }];
    }) ?? null
  );
}

async function consumersOf(inspected: Inspected): Promise<OverviewView["consumers"]> {
  const { consumers } = await showConsumers(inspected);
  return Promise.all(
    consumers.map(async (consumer) => ({
      ...consumer,
      oldestPendingAgeMs: await oldestAgeMs(inspected, consumer),
    })),
  );
}

/** Everything at or below the ack floor is done, so the message after it is the oldest that is not. */
async function oldestAgeMs(
  { broker }: Inspected,
  { stream, broker: state }: Pick<OverviewView["consumers"][number], "stream" | "broker">,
): Promise<number | null> {
  if (!state || state.pending + state.unacknowledged === 0) return null;
  const oldest = await unlessSilent(broker, () => broker.messageAt(stream, state.ackFloor + 1));
  return oldest ? Math.max(0, Date.now() - oldest.publishedAt.getTime()) : null;
}

async function lettersOf({ q }: Database): Promise<OverviewView["deadLetters"]> {
  const [row] = await q.execute<{ dead: string; last_hour: string; oldest: string | null }>(sql`
    select count(*) filter (where state = 'dead') as dead,
      count(*) filter (where created_at > now() - interval '1 hour') as last_hour,
      extract(epoch from min(created_at) filter (where state = 'dead')) * 1000 as oldest
    from ${deadLetters} where state = 'dead' or created_at > now() - interval '1 hour'`);
  const oldest = row?.oldest ?? null;
  return {
    dead: Number(row?.dead ?? 0),
    lastHour: Number(row?.last_hour ?? 0),
    oldestAt: oldest === null ? null : new Date(Number(oldest)).toISOString(),
  };
}

async function conservationOf(db: Database): Promise<OverviewView["conservation"]> {
  const [missing, looks] = await Promise.all([
    confirmedCount(db),
    db.q.select().from(invariantsChecked).orderBy(asc(invariantsChecked.at)),
  ]);
  return {
    missing,
    breaches: looks.reduce((sum, { breaches }) => sum + breaches, 0),
    broken: looks.filter(({ breaches }) => breaches > 0).map(({ name }) => name),
    invariants: looks.length,
    unchecked: looks.filter(({ problem }) => problem !== null).length,
    lookedAt: looks[0]?.at.toISOString() ?? null,
  };
}

const undecidedView = ({ oldest, ...rest }: Undecided): OverviewView["undecided"] => ({
  ...rest,
  oldest: oldest ? { key: oldest.key, since: oldest.since.toISOString() } : null,
});

/** Undefined when the broker is away, slow or refuses: whoever asks wants to read about the rest. */
async function unlessSilent<T>(
  broker: Inspected["broker"],
  ask: () => Promise<T>,
): Promise<T | undefined> {
  if (!broker.connected()) return undefined;
  try {
    return await within(ask(), brokerWithinMs, "the broker does not answer");
  } catch {
    return undefined; // Readiness names the broker in the same answer.
  }
}
