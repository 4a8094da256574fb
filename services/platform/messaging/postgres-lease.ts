import postgres from "postgres";
import type { LeaderLease, LeaseSession } from "./leadership.ts";

export interface PostgresLeaseOptions {
  readonly url: string;
  /** Names the lock within the database; one leader per number. */
  readonly partition: number;
  readonly applicationName: string;
}

/** The class of our advisory locks, so that they meet nobody else's. */
export const lockClass = 0x51_42_4c_44;
/** Postgres itself ends a leader that was paused or cut off: nothing else would, ever. */
const idleSessionTimeoutMs = 1_500;

/** The lock is a session advisory lock on a connection of its own: it falls with the process. */
export function postgresLease({
  url,
  partition,
  applicationName,
}: PostgresLeaseOptions): LeaderLease {
  return {
    partition,
    async open() {
      const lost = new AbortController();
      const sql = postgres(url, {
        max: 1,
        connect_timeout: 2,
        fetch_types: false,
        max_lifetime: null,
        onnotice: () => undefined,
        onclose: () => lost.abort(),
        connection: {
          application_name: applicationName,
          idle_session_timeout: idleSessionTimeoutMs,
        },
      });
      const end = () => sql.end({ timeout: 0 });
      try {
        return leaseSession(sql, partition, { lost: lost.signal, session: await backendOf(sql) });
      } catch (error) {
        await end();
        throw error;
      }
    },
  };
}

function leaseSession(
  sql: postgres.Sql,
  partition: number,
  { lost, session }: { readonly lost: AbortSignal; readonly session: number },
): LeaseSession {
  return {
    lost,
    async tryLock() {
      const [row] = await sql<
        { won: boolean }[]
      >`select pg_try_advisory_lock(${lockClass}::int, ${partition}::int) as won`;
      return row?.won === true;
    },
    async beat() {
      const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
      // The client reconnects by itself, and the new session does not hold the lock.
      if (row?.pid !== session) throw new Error("the leader's session is gone");
    },
    end: () => sql.end({ timeout: 0 }),
  };
}

/**
 * Finds out which backend serves this connection. Behind a transaction pooler the process id of the
 * handshake is the pooler's invention, and a session lock would belong to whoever comes next.
 */
async function backendOf(sql: postgres.Sql): Promise<number> {
  const answer = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const pid = answer[0]?.pid ?? 0;
  if (answer.state && answer.state.pid !== pid) {
    throw new Error(
      "the relay needs a direct connection to Postgres: this one goes through a connection pooler",
    );
  }
  return pid;
}
