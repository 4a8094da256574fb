/** What the database says no with, under the code by which the core tells an outage from a fault. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export const databaseAway = () => new DatabaseError("ECONNREFUSED", "the database is away");

/** The transaction ended without its client: the database was away, or the client idle for too long. */
export const connectionClosed = () =>
  new DatabaseError("CONNECTION_CLOSED", "the transaction's connection was closed");

export const deadlockFound = () => new DatabaseError("40P01", "deadlock detected");

export const lockTimeout = () =>
  new DatabaseError("55P03", "canceling statement due to lock timeout");

/** A statement of this transaction failed before: nothing of it can commit any more. */
export const transactionFailed = () =>
  new DatabaseError("25P02", "current transaction is aborted, commands are ignored");

export const checkViolated = (constraint: string) =>
  new DatabaseError("23514", `violates check constraint ${constraint}`);

export const uniqueViolated = (constraint: string) =>
  new DatabaseError("23505", `violates unique constraint ${constraint}`);
