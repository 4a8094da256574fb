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

/** The lock that one leader at a time holds. */
export interface LeaderLease {
  readonly partition: number;
  /** Opens a session that may take the lock. Rejects when the database cannot be reached. */
  open(): Promise<LeaseSession>;
}

/** A session with the database. The lock is its own, and falls with it. */
export interface LeaseSession {
  /** Aborts when the session has ended by itself. */
  readonly lost: AbortSignal;
  /** Takes the lock, unless another session has it. */
  tryLock(): Promise<boolean>;
  /** Keeps the session from being ended as idle. Rejects when it is no longer the one that was opened. */
  beat(): Promise<void>;
  end(): Promise<void>;
}

export interface LeadershipOptions {
  readonly lease: LeaderLease;
  readonly clock: Clock;
}

const beatEveryMs = 400;
/** Follows the lock more often than the leader beats: a takeover takes at most this longer. */
const followEveryMs = 250;
const beatAgeMaxMs = 1_000;

/**
 * Waits to become leader, then runs `lead` until leadership is lost, `lead` returns, or `signal`
 * aborts. Rejects when the database cannot be reached, for the caller to try again.
 */
export async function campaign(
  { lease, clock }: LeadershipOptions,
  signal: AbortSignal,
  lead: (term: Term) => Promise<void>,
): Promise<void> {
  const session = await lease.open();
  try {
    while (!signal.aborted) {
      const askedMs = clock.monotonicMs();
      if (await inTime(session.tryLock(), clock)) {
        await serve({ session, askedMs, clock }, signal, lead);
        return;
      }
      await clock.sleep(followEveryMs, signal);
    }
  } finally {
    await session.end();
  }
}

interface Won {
  readonly session: LeaseSession;
  /** When the lock was asked for: the last instant of which it is known that the session stood. */
  readonly askedMs: number;
  readonly clock: Clock;
}

async function serve(
  { session, askedMs, clock }: Won,
  signal: AbortSignal,
  lead: (term: Term) => Promise<void>,
): Promise<void> {
  const { lost } = session;
  const ended = new AbortController();
  const term = AbortSignal.any([signal, ended.signal, lost]);
  let lastBeatMs = askedMs;
  // The lock fell with the session: waiting for the next beat to find out would make two leaders.
  const held = () => !lost.aborted && clock.monotonicMs() - lastBeatMs <= beatAgeMaxMs;
  const fresh = () => !term.aborted && held();

  const beating = (async () => {
    while (!term.aborted) {
      await clock.sleep(beatEveryMs, term);
      if (term.aborted) return;
      const sentMs = clock.monotonicMs();
      await inTime(session.beat(), clock);
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
