/** A queue that is longer than what a pool answers within a request's deadline helps nobody. */
export const WAITING_MAX = 1_000;

/** How many statements the pool has not answered. */
export interface Pending {
  count: number;
}

/**
 * Counts the statements that the pool has not answered, a transaction's `begin` among them: it waits
 * for a connection, what follows it has one.
 */
export function limitPending<Statement extends unknown[], Query extends Promise<unknown>>(
  send: (...statement: Statement) => Query,
  pendingMax: number,
  pending: Pending = { count: 0 },
): (...statement: Statement) => Query {
  const settled = () => {
    pending.count -= 1;
  };
  return (...statement) => {
    if (pending.count >= pendingMax) throw new PoolOverloaded("too many wait for a connection");
    const query = send(...statement);
    pending.count += 1;
    // The query's own `then` would send it before its options are complete.
    void Promise.prototype.then.call(query, settled, settled);
    return query;
  };
}

/** A statement for which there was no room in the queue. Nothing was sent. */
export class PoolOverloaded extends Error {
  override readonly name = "PoolOverloaded";
  readonly code = "CONNECTION_QUEUE_FULL";
}
