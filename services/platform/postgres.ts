import type { PgDatabase } from "drizzle-orm/pg-core";
import { drizzle, type PostgresJsQueryResultHKT, PostgresJsSession } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { type MessageIds, randomMessageIds } from "./messaging/message-ids.ts";
import { limitPending, type Pending, WAITING_MAX } from "./postgres-queue.ts";
import type { Statement } from "./statement.ts";

/** Drizzle, on a pool or on an open transaction: both read and write the same way. */
export type Queries = PgDatabase<PostgresJsQueryResultHKT>;

/** A pool, or the transaction opened on it. A store function takes either. */
export interface Database {
  readonly q: Queries;
  /**
   * Runs a statement that was made before. It is sent at once: those of one transaction are taken in
   * the order of the calls, and one need not be answered before the next is sent. Where one fails,
   * so do those behind it.
   */
  send<Values, Row>(statement: Statement<Values, Row>, values: Values): Promise<readonly Row[]>;
  /**
   * Runs `work` in one transaction: on the pool a new one, on an open transaction that same one,
   * so that what callers compose commits or rolls back as a whole.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Says that outbox rows were written: the relay is woken, after the commit when a transaction is
   * open. Only a hint: forgetting it costs latency, never a message.
   */
  outboxWritten(): void;
}

/** An open transaction. */
export interface Transaction extends Database {
  /**
   * Has `write` run whenever the transaction is flushed, so that what was decided meanwhile is
   * written by few statements. It must write each thing once, and nothing is a fine answer.
   */
  beforeCommit(write: () => Promise<void>): void;
  /** Writes what was put off. The commit begins with it; before, it is for whoever wants to know. */
  flush(): Promise<void>;
  /** Runs once this transaction is committed, never when it is rolled back. It must not throw. */
  afterCommit(effect: () => void): void;
  /**
   * Where the ids of messages appended in this transaction come from: random in a request, derived
   * from the message at hand in a consumer (which sets it before each handler).
   */
  messageIds: MessageIds;
}

/** A pool that can be closed. */
export interface Pool extends Database {
  /** Who is woken by `outboxWritten`. */
  onOutboxWritten(listener: () => void): void;
  /** Rejects when the server does not answer. */
  ping(): Promise<void>;
  /** How much of it is in use at this moment. */
  use(): PoolUse;
  /** Waits for running queries up to `timeoutMs`, then ends every connection. */
  close(timeoutMs: number): Promise<void>;
}

export interface PoolUse {
  readonly connectionsMax: number;
  /** Transactions that are open, each on a connection of its own. */
  readonly transactions: number;
  /** Statements outside of them that are not answered, and transactions that wait for a connection. */
  readonly pending: number;
}

export interface PoolOptions {
  readonly url: string;
  readonly connectionsMax: number;
  /** How many statements may wait for a connection; more are refused at once. Default 1 000. */
  readonly waitingMax?: number;
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly lockTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly idleInTransactionTimeoutMs?: number;
  /**
   * Off where every statement has an index for what it reads. Postgres plans by how full a table was
   * when it was last analysed: one that is empty most of the time, as the outbox is, would be scanned
   * whole by a prepared statement, dead rows and a sudden backlog included. Default on.
   */
  readonly wholeScans?: boolean;
  /** Hears the text of each statement as it is sent, so that a test can count round trips. */
  readonly onStatement?: (text: string) => void;
}

/**
 * A query that meets a closed connection waits so long before the server is tried again. The driver's
 * own wait grows with every connection that is lost, to 20 s: requests would hang for as long as
 * that after the server is back, instead of being answered.
 */
const RECONNECT_SECONDS = 0.1;

/** Opens a pool. Nothing connects before the first query. */
export function openPool(options: PoolOptions): Pool {
  const { onStatement, connectionsMax, waitingMax = WAITING_MAX, wholeScans = true } = options;
  const pending: Pending = { count: 0 };
  let transactions = 0;
  const client = preparing(
    postgres(options.url, {
      max: connectionsMax,
      connect_timeout: 5,
      backoff: () => RECONNECT_SECONDS,
      idle_timeout: 0,
      max_lifetime: 60 * 30,
      onnotice: () => undefined,
      ...(onStatement ? { debug: (_, text) => onStatement(text) } : {}),
      connection: {
        application_name: options.name,
        lock_timeout: options.lockTimeoutMs ?? 2_000,
        statement_timeout: options.statementTimeoutMs ?? 10_000,
        idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 5_000,
        // A scan that cannot be avoided counts as so dear that it would be compiled first.
        ...(wholeScans ? {} : { enable_seqscan: "off", jit: "off" }),
      },
    }),
    { max: connectionsMax + waitingMax, pending },
  );
  const q = drizzle(client);
  let wake: () => void = () => undefined;
  const outboxWritten = () => wake();

  return {
    q,
    send: sending(client),
    outboxWritten,
    onOutboxWritten: (listener) => {
      wake = listener;
    },
    transaction: async (work) => {
      const effects = new Set<() => void>();
      const result = await q.transaction(async (inner) => {
        transactions += 1;
        try {
          const tx = opened(inner, effects, outboxWritten);
          const done = await work(tx);
          await tx.flush();
          return done;
        } finally {
          transactions -= 1;
        }
      });
      for (const effect of effects) effect();
      return result;
    },
    ping: async () => {
      await client.unsafe("select 1");
    },
    use: () => ({ connectionsMax, transactions, pending: pending.count }),
    close: (timeoutMs) => client.end({ timeout: timeoutMs / 1000 }),
  };
}

function opened(q: Queries, effects: Set<() => void>, wake: () => void): Transaction {
  const { session } = q._;
  if (!(session instanceof PostgresJsSession)) throw new TypeError("no session of this driver");
  const writes = new Set<() => Promise<void>>();
  const tx: Transaction = {
    q,
    send: sending(session.client),
    messageIds: randomMessageIds,
    beforeCommit: (write) => void writes.add(write),
    flush: async () => void (await Promise.all([...writes].map((write) => write()))),
    outboxWritten: () => void effects.add(wake),
    afterCommit: (effect) => void effects.add(effect),
    transaction: (work) => work(tx),
  };
  return tx;
}

/** A statement that cannot even be sent has failed like one that can. */
const sending =
  (client: postgres.ISql): Database["send"] =>
  <Values, Row>({ text, parametersOf }: Statement<Values, Row>, values: Values) =>
    Promise.try(() => client.unsafe<Row[]>(text, parametersOf(values) as never[]).execute());

/**
 * Drizzle sends its statements through `unsafe` and says `prepare: false` unless a statement is
 * named; prepared they cost one round trip instead of two and are planned once (2.8 times the throughput).
 */
function preparing(
  client: postgres.Sql,
  { max, pending }: { readonly max: number; readonly pending: Pending },
): postgres.Sql {
  const begin = client.begin.bind(client);
  const sql = prepareUnsafe(client);
  return Object.assign(sql, {
    unsafe: limitPending(sql.unsafe, max, pending),
    begin: async (work: (sql: postgres.TransactionSql) => Promise<unknown>) => {
      let over = false;
      try {
        return await begin((sql) => work(prepareUnsafe(sql, () => over)));
      } finally {
        over = true;
      }
    },
  }) as postgres.Sql;
}

/**
 * When the server ends a transaction's connection the driver rejects at once, while `work` may go
 * on; and it reuses the connection, on which a late statement of `work` would commit by itself.
 * So a transaction that is over takes no more statements.
 */
function prepareUnsafe<S extends postgres.ISql>(sql: S, isOver = () => false): S {
  const unsafe = sql.unsafe.bind(sql);
  return Object.assign(sql, {
    unsafe: (query: string, parameters?: never[], options?: postgres.UnsafeQueryOptions) => {
      if (isOver()) throw new TransactionOver("the transaction's connection was closed");
      return unsafe(query, parameters, { ...options, prepare: true });
    },
  });
}

/** A statement that came after the end of its transaction. Nothing was sent. */
export class TransactionOver extends Error {
  override readonly name = "TransactionOver";
  readonly code = "CONNECTION_CLOSED";
}
