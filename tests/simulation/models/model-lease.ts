import type { LeaderLease, LeaseSession } from "@app/platform/messaging/leadership.ts";
import type { Boundary } from "../boundary.ts";
import { connectionClosed, databaseAway } from "./database-error.ts";
import type { ModelServer } from "./model-server.ts";

/** As `postgresLease` sets it: the server ends a leader that says nothing for so long. */
const idleSessionTimeoutMs = 1_500;

/** A session as the server sees it. */
interface ServerSession {
  readonly owner: string;
  usedMs: number;
  ended: boolean;
  /** Tells the client that its connection was closed. */
  readonly close: () => void;
}

export interface ModelLeaseOptions {
  readonly server: ModelServer;
  readonly partition: number;
  /** The process. */
  readonly owner: string;
  readonly boundary: Boundary;
}

const holdersOf = new WeakMap<ModelServer, Map<number, ServerSession>>();

/** The leader's lock in a model's database: it falls with its session, as a session advisory lock does. */
export function modelLease({ server, partition, owner, boundary }: ModelLeaseOptions): LeaderLease {
  const holders = holdersOf.get(server) ?? new Map<number, ServerSession>();
  holdersOf.set(server, holders);

  return {
    partition,
    open: async () => {
      const lost = new AbortController();
      const session: ServerSession = {
        owner,
        usedMs: server.nowMs,
        ended: false,
        // A paused process hears of it when it runs again.
        close: () => void boundary("lease.lost", () => undefined).then(() => lost.abort()),
      };
      await boundary("lease.open", () => {
        if (server.away) throw databaseAway();
        session.usedMs = server.nowMs;
      });
      const forget = server.onClosed((closed) => {
        if (closed === undefined || closed === owner) endSession(session);
      });
      return leaseOf(session, lost.signal, forget);
    },
  };

  function release(session: ServerSession): void {
    session.ended = true;
    if (holders.get(partition) === session) holders.delete(partition);
  }

  function endSession(session: ServerSession): void {
    if (session.ended) return;
    release(session);
    session.close();
  }

  function endIfIdle(session: ServerSession): void {
    if (server.nowMs - session.usedMs > idleSessionTimeoutMs) endSession(session);
  }

  /** A statement of a session, unless the server has ended that meanwhile. */
  function use(session: ServerSession): void {
    if (server.away) throw databaseAway();
    endIfIdle(session);
    if (session.ended) throw connectionClosed();
    session.usedMs = server.nowMs;
  }

  function leaseOf(session: ServerSession, lost: AbortSignal, forget: () => void): LeaseSession {
    return {
      lost,
      tryLock: () =>
        boundary("lease.tryLock", () => {
          use(session);
          const holder = holders.get(partition);
          if (holder) endIfIdle(holder);
          if (holder && !holder.ended) return holder === session;
          holders.set(partition, session);
          return true;
        }),
      beat: () => boundary("lease.beat", () => use(session)),
      end: async () => {
        // What does not reach the server ends there with the connection all the same.
        await boundary("lease.end", () => release(session)).catch(() => release(session));
        forget();
      },
    };
  }
}

/** Whose session holds the lock, for checks; undefined while nobody does. */
export const leaseHolder = (server: ModelServer, partition: number): string | undefined =>
  holdersOf.get(server)?.get(partition)?.owner;
