import type { Clock } from "@app/platform/clock.ts";
import { connectionClosed, databaseAway, deadlockFound, lockTimeout } from "./database-error.ts";
import { Blocked, ModelTransaction } from "./model-transaction.ts";

/** The limits that every pool of ours sets, see `openPool`. */
const lockTimeoutMs = 2_000;
const idleInTransactionMs = 5_000;
/** Longer than any chain of transactions that wait for each other can be. */
const waitersMax = 1_000;

/** What a statement came to: its answer, or who stands in its way. */
export type Attempt<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly blocker: ModelTransaction };

/**
 * A database that lives in memory: transactions, row locks with their limits and deadlocks, and
 * sequences that no rollback turns back. It judges time by its own clock. What only SQL can get
 * wrong is not its matter.
 */
export class ModelServer {
  readonly clock: Clock;
  readonly #open = new Set<ModelTransaction>();
  readonly #sequences = new Map<string, number>();
  #away = false;
  /** Hear that every connection was closed. */
  readonly #sessions = new Set<(owner: string | undefined) => void>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get nowMs(): number {
    return this.clock.now().getTime();
  }

  get away(): boolean {
    return this.#away;
  }

  /** Transactions that are neither committed nor rolled back. */
  get openTransactions(): number {
    return this.#open.size;
  }

  /** The next number of a sequence, from 1. It is used up even when the transaction rolls back. */
  next(sequence: string): number {
    const number = (this.#sequences.get(sequence) ?? 0) + 1;
    this.#sequences.set(sequence, number);
    return number;
  }

  begin(owner: string): ModelTransaction {
    if (this.#away) throw databaseAway();
    const tx = new ModelTransaction(owner, this.nowMs);
    this.#open.add(tx);
    tx.onEnd(() => this.#open.delete(tx));
    return tx;
  }

  /** Runs a statement, unless another transaction stands in its way. `waitedUntilMs` is its lock timeout. */
  attempt<T>(
    tx: ModelTransaction,
    work: (tx: ModelTransaction) => T,
    waitedUntilMs: number,
  ): Attempt<T> {
    if (this.#away) throw databaseAway();
    this.#endIfIdle(tx);
    if (tx.state !== "open") throw connectionClosed();
    tx.waitsFor = undefined;
    for (;;) {
      try {
        const value = tx.statement(work);
        tx.usedMs = this.nowMs;
        return { done: true, value };
      } catch (error) {
        if (!(error instanceof Blocked)) throw error;
        // One that has idled for too long is ended by the server, and the statement goes on.
        if (this.#endIfIdle(error.by)) continue;
        return { done: false, blocker: this.#waitOf(tx, error.by, waitedUntilMs) };
      }
    }
  }

  /** When a statement that has to wait now gives up. */
  get waitUntilMs(): number {
    return this.nowMs + lockTimeoutMs;
  }

  /** Waits until `blocker` ends or the time is up. */
  async wait(blocker: ModelTransaction, untilMs: number): Promise<void> {
    const ended = new AbortController();
    blocker.onEnd(() => ended.abort());
    await this.clock.sleep(Math.max(0, untilMs - this.nowMs), ended.signal);
  }

  commit(tx: ModelTransaction): void {
    if (this.#away) throw databaseAway();
    this.#endIfIdle(tx);
    if (tx.state !== "open" || tx.failed) {
      tx.rollBack();
      throw connectionClosed();
    }
    tx.commit();
  }

  /** A process crashed: its connections close, and what it left open is rolled back. */
  abandon(owner: string): void {
    for (const tx of [...this.#open]) if (tx.owner === owner) tx.rollBack();
    for (const closed of [...this.#sessions]) closed(owner);
  }

  /** Every connection closes, and until `comeBack` no other opens. What is committed stays. */
  goAway(): void {
    this.#away = true;
    for (const tx of [...this.#open]) tx.rollBack();
    for (const closed of [...this.#sessions]) closed(undefined);
  }

  comeBack(): void {
    this.#away = false;
  }

  /** `closed` hears whose connections were closed, of all where no owner is named. Returns how to stop. */
  onClosed(closed: (owner: string | undefined) => void): () => void {
    this.#sessions.add(closed);
    return () => void this.#sessions.delete(closed);
  }

  #endIfIdle(tx: ModelTransaction): boolean {
    const isIdle = tx.waitsFor === undefined && this.nowMs - tx.usedMs > idleInTransactionMs;
    if (isIdle) tx.rollBack();
    return isIdle;
  }

  #waitOf(
    tx: ModelTransaction,
    blocker: ModelTransaction,
    waitedUntilMs: number,
  ): ModelTransaction {
    let next: ModelTransaction | undefined = blocker;
    for (let depth = 0; next && depth < waitersMax; depth += 1, next = next.waitsFor) {
      if (next === tx) throw failing(tx, deadlockFound());
    }
    if (this.nowMs >= waitedUntilMs) throw failing(tx, lockTimeout());
    tx.waitsFor = blocker;
    return blocker;
  }
}

function failing(tx: ModelTransaction, error: Error): Error {
  tx.failed = true;
  return error;
}
