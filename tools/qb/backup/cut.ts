import { within } from "@app/platform/within.ts";
import type postgres from "postgres";
import { Failure } from "../failure.ts";
import type { StreamPosition } from "./manifest.ts";
import type { ServiceDatabase } from "./service-databases.ts";
import { openSession } from "./session.ts";

const slowBroker = new Error("the broker does not answer while the outboxes are held");

/** All databases as they were at one moment. */
export interface Cut extends AsyncDisposable {
  readonly at: Date;
  readonly positions: readonly StreamPosition[];
  /** Each reads its database as of the cut, for as long as the cut is open. */
  readonly readers: readonly (ServiceDatabase & { readonly session: postgres.ReservedSql })[];
}

/** Below what requests wait for a lock (2 s): they are late and are not refused. */
const lockWaitMs = 1_000;
/** The broker answers in milliseconds; one that does not is asked again with nothing held. */
const positionsWithinMs = 1_000;
const triesMax = 20;
const pauseMs = 500;

/**
 * Holds what every service announces for some milliseconds, and takes a snapshot of each database
 * meanwhile. No message is committed while it holds, so none of the snapshots has the effect of a
 * message that another lacks; what was sent and not yet heard is in its sender's outbox. It reads
 * `positions` before the snapshots: what the durables had acknowledged by then is in them.
 */
export async function takeCut(
  databases: readonly ServiceDatabase[],
  positions: () => Promise<readonly StreamPosition[]>,
  { withinMs = positionsWithinMs }: { readonly withinMs?: number } = {},
): Promise<Cut> {
  await using opened = new AsyncDisposableStack();
  const open = (database: ServiceDatabase) =>
    openSession(database, opened, { name: "qb backup", lockTimeoutMs: lockWaitMs });
  const readers = await Promise.all(
    databases.map(async (database) => ({ ...database, session: await open(database) })),
  );
  const holders = await Promise.all(databases.map(open));
  // Begun before the locks, which are held the shorter; its first statement takes the snapshot.
  for (const { session } of readers)
    await session`begin transaction isolation level repeatable read read only`;

  for (let tries = 0; tries < triesMax; tries++) {
    if (tries > 0) await Bun.sleep(pauseMs);
    try {
      if (!(await hold(holders))) continue;
      const found = await within(positions(), withinMs, slowBroker);
      const at = new Date();
      await Promise.all(readers.map(({ session }) => session`select pg_current_snapshot()`));
      const owned = opened.move();
      return { at, positions: found, readers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
    } catch (error) {
      if (error !== slowBroker) throw error;
    } finally {
      await Promise.all(holders.map((holder) => holder`rollback`));
    }
  }
  throw new Failure("failed", `could not hold the outboxes in ${triesMax} tries`, {
    next:
      "end what keeps a transaction open (select * from pg_stat_activity), " +
      "or see why the broker is slow to answer",
  });
}

/** Whether all are held. Sent rows are held too: what was heard long ago is not emptied meanwhile. */
async function hold(holders: readonly postgres.ReservedSql[]): Promise<boolean> {
  const held = await Promise.allSettled(
    holders.map(async (holder) => {
      await holder`begin`;
      await holder`lock table outbox, outbox_sent in share mode`;
    }),
  );
  const failed = held.filter((outcome) => outcome.status === "rejected");
  for (const { reason } of failed) if (!isLockTimeout(reason)) throw reason;
  return failed.length === 0;
}

const isLockTimeout = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "55P03";
