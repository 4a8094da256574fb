import { transactionFailed } from "./database-error.ts";
import type { ModelTable } from "./model-table.ts";

type RowKey = string | number;

/** Thrown within a statement that meets a row which another transaction has locked. */
export class Blocked {
  readonly by: ModelTransaction;

  constructor(by: ModelTransaction) {
    this.by = by;
  }
}

/**
 * One transaction as the server sees it: READ COMMITTED with row locks, as Postgres has them. What
 * it wrote is seen by itself alone until it commits; a row that it wrote or locked is nobody else's
 * until it ends. A statement that meets such a row is undone, waits, and runs again.
 */
export class ModelTransaction {
  /** The process whose crash rolls it back. */
  readonly owner: string;
  /** `now()` of every statement in it. */
  readonly startedMs: number;
  /** When its last statement ended: it may idle so long and no longer. */
  usedMs: number;
  state: "open" | "committed" | "rolled back" = "open";
  /** A statement failed: it can only be rolled back. */
  failed = false;
  waitsFor: ModelTransaction | undefined;
  readonly #changes = new Map<ModelTable<RowKey, unknown>, Map<RowKey, unknown>>();
  readonly #locked: [ModelTable<RowKey, unknown>, RowKey][] = [];
  /** How the statement under way is undone, last change first. */
  #undo: (() => void)[] = [];
  readonly #listeners: (() => void)[] = [];

  constructor(owner: string, nowMs: number) {
    this.owner = owner;
    this.startedMs = nowMs;
    this.usedMs = nowMs;
  }

  get now(): Date {
    return new Date(this.startedMs);
  }

  get<K extends RowKey, V>(table: ModelTable<K, V>, key: K): V | undefined {
    const own = this.#changes.get(table as never);
    return own?.has(key) ? (own.get(key) as V | undefined) : table.committed.get(key);
  }

  /** All rows, in no order that means anything. */
  *rows<K extends RowKey, V>(table: ModelTable<K, V>): Iterable<V> {
    const own = this.#changes.get(table as never) as Map<K, V | undefined> | undefined;
    for (const [key, row] of table.committed) if (!own?.has(key)) yield row;
    if (own) for (const row of own.values()) if (row !== undefined) yield row;
  }

  /** Inserts or replaces a row, and locks it. */
  put<K extends RowKey, V>(table: ModelTable<K, V>, key: K, row: V): void {
    this.lock(table, key);
    this.#write(table as never, key, row);
  }

  delete<K extends RowKey, V>(table: ModelTable<K, V>, key: K): void {
    this.lock(table, key);
    this.#write(table as never, key, undefined);
  }

  /** Locks a row, or the place of one that is not there, until the transaction ends. */
  lock<K extends RowKey, V>(table: ModelTable<K, V>, key: K): void {
    const holder = table.locks.get(key);
    if (holder === this) return;
    if (holder) throw new Blocked(holder);
    table.locks.set(key, this);
    this.#locked.push([table as never, key]);
  }

  /** Runs one statement: all of it, or nothing but the locks it took. */
  statement<T>(work: (tx: ModelTransaction) => T): T {
    if (this.failed) throw transactionFailed();
    this.#undo = [];
    try {
      return work(this);
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      this.failed = !(error instanceof Blocked);
      throw error;
    }
  }

  commit(): void {
    for (const [table, rows] of this.#changes) {
      for (const [key, row] of rows) {
        if (row === undefined) table.committed.delete(key);
        else table.committed.set(key, row);
      }
    }
    this.#end("committed");
  }

  rollBack(): void {
    if (this.state === "open") this.#end("rolled back");
  }

  onEnd(listener: () => void): void {
    if (this.state === "open") this.#listeners.push(listener);
    else listener();
  }

  #write(table: ModelTable<RowKey, unknown>, key: RowKey, row: unknown): void {
    let own = this.#changes.get(table);
    if (!own) {
      own = new Map();
      this.#changes.set(table, own);
    }
    const changed = own;
    const [known, before] = [changed.has(key), changed.get(key)];
    this.#undo.push(() => (known ? changed.set(key, before) : changed.delete(key)));
    changed.set(key, row);
  }

  #end(state: "committed" | "rolled back"): void {
    this.state = state;
    this.waitsFor = undefined;
    for (const [table, key] of this.#locked) table.locks.delete(key);
    for (const listener of this.#listeners) listener();
  }
}
