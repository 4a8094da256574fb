import postgres from "postgres";
import type { Clock } from "../clock.ts";

/** One period of leadership. It ends when the database, or the clock, says so. */
export interface Term {
  /** Aborts when leadership is lost or the campaign ends. */
  readonly signal: AbortSignal;
  /** Whether the last beat is young enough to act on. A leader that was paused must stop at once. */
  fresh(): boolean;
  /**
   * Whether the lock is ours by all that is known. Unlike `fresh` it stays true while a term that
   * was ended on purpose winds up, for as long as its last beat is young.
   */
  held(): boolean;
}

export interface LeadershipOptions {
  readonly url: string;
  /** Names the lock within the database; one leader per number. */
  readonly partition: number;
  readonly applicationName: string;
  readonly clock: Clock;
}

/** The class of our advisory locks, so that they meet nobody else's. */
const lockClass = 0x51_42_4c_44;
const beatEveryMs = 400;
/** Follows the lock more often than the leader beats: a takeover takes at most this longer. */
const followEveryMs = 250;
const beatAgeMaxMs = 1_000;
/** Postgres itself ends a leader that was paused or cut off: nothing else would, ever. */
const idleSessionTimeoutMs = 1_500;

/**
 * Waits to become leader, then runs `lead` until leadership is lost, `lead` returns, or `signal`
 * aborts. The lock is a session advisory lock on a connection of its own: it falls with the process.
 * Rejects when the database cannot be reached, for the caller to try again.
 */
export async function campaign(
  { url, partition, applicationName, clock }: LeadershipOptions,
  signal: AbortSignal,
  lead: (term: Term) => Promise<void>,
): Promise<void> {
  const lost = new AbortController();
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 2,
    fetch_types: false,
    max_lifetime: null,
    onnotice: () => undefined,
    // The lock fell with the session: waiting for the next beat to find out would make two leaders.
    onclose: () => lost.abort(),
    connection: { application_name: applicationName, idle_session_timeout: idleSessionTimeoutMs },
  });

  try {
    const session = await openSession(sql);
    while (!signal.aborted) {
      const [won] = await inTime(
        sql<
          { won: boolean }[]
        >`select pg_try_advisory_lock(${lockClass}::int, ${partition}::int) as won`,
        clock,
      );
      if (won?.won === true) {
        await serve({ sql, session, lost: lost.signal, clock }, signal, lead);
        return;
      }
      await clock.sleep(followEveryMs, signal);
    }
  } finally {
    await sql.end({ timeout: 0 });
  }
}

/**
 * Finds out which backend serves this connection. Behind a transaction pooler the process id of the
 * handshake is the pooler's invention, and a session lock would belong to whoever comes next.
 */
async function openSession(sql: postgres.Sql): Promise<number> {
  const answer = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const pid = answer[0]?.pid ?? 0;
  if (answer.state && answer.state.pid !== pid) {
    throw new Error(
      "the relay needs a direct connection to Postgres: this one goes through a connection pooler",
    );
  }
  return pid;
}

interface Session {
  readonly sql: postgres.Sql;
  /** The process that serves it. */
  readonly session: number;
  readonly lost: AbortSignal;
  readonly clock: Clock;
}

async function serve(
  { sql, session, lost, clock }: Session,
  signal: AbortSignal,
  lead: (term: Term) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  const term = AbortSignal.any([signal, ended.signal, lost]);
  let lastBeatMs = clock.monotonicMs();
  const held = () => !lost.aborted && clock.monotonicMs() - lastBeatMs <= beatAgeMaxMs;
  const fresh = () => !term.aborted && held();

  const beating = (async () => {
    while (!term.aborted) {
      await clock.sleep(beatEveryMs, term);
      if (term.aborted) return;
      const sentMs = clock.monotonicMs();
      const [row] = await inTime(sql<{ pid: number }[]>`select pg_backend_pid() as pid`, clock);
      // The client reconnects by itself, and the new session does not hold the lock.
      if (row?.pid !== session) throw new Error("the leader's session is gone");
      lastBeatMs = sentMs;
    }
  })();
  const leading = lead({ signal: term, fresh, held });

  try {
    await Promise.race([beating, leading]);
    if (lost.aborted && !signal.aborted) throw new Error("the leader's session is gone");
  } finally {
    ended.abort();
    await leading;
    await beating.catch(() => undefined);
  }
}

/** An answer that comes later than a beat may be old is no answer: the session may be black-holed. */
async function inTime<T>(query: PromiseLike<T>, clock: Clock): Promise<T> {
  const limit = new AbortController();
  const late = clock.sleep(beatAgeMaxMs, limit.signal).then((): never => {
    throw new Error("the leader's beat was not answered in time");
  });
  // Once the answer is there the limit is cut short and its failure concerns nobody.
  late.catch(() => undefined);
  try {
    return await Promise.race([query, late]);
  } finally {
    limit.abort();
  }
}
