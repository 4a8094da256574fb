import { type MessageIds, messageIdsFrom } from "@app/platform/messaging/message-ids.ts";
import type { Random } from "@app/platform/random.ts";
import type { Boundary } from "../boundary.ts";
import { connectionClosed } from "./database-error.ts";
import type { ModelServer } from "./model-server.ts";
import type { ModelTransaction } from "./model-transaction.ts";

/** What a store function of a model takes: a process's connections, or its open transaction. */
export interface ModelDatabase {
  readonly server: ModelServer;
  /** Where ids of messages come from: of a process's own requests, unless a consumer sets others. */
  readonly messageIds: MessageIds;
  /** One statement: a transaction of its own, or a part of the open one. It may run more than once. */
  run<T>(name: string, work: (tx: ModelTransaction) => T): Promise<T>;
  /** A new transaction, or the open one, as `Database.transaction` has it. */
  transaction<T>(work: (tx: OpenTransaction) => Promise<T>): Promise<T>;
  outboxWritten(): void;
}

export interface OpenTransaction extends ModelDatabase {
  /** As `Transaction` has them. */
  beforeCommit(write: () => Promise<void>): void;
  flush(): Promise<void>;
  afterCommit(effect: () => void): void;
  messageIds: MessageIds;
}

export interface ModelClientOptions {
  readonly server: ModelServer;
  /** The process: `server.abandon(owner)` is its crash. */
  readonly owner: string;
  readonly boundary: Boundary;
  /** Where the ids of messages come from that a request causes. */
  readonly random: Random;
  /** Hears that outbox rows were committed by this process. */
  readonly outboxWritten?: () => void;
}

/** One process's connections to a database: every statement and every commit is one boundary. */
export function modelClient(options: ModelClientOptions): ModelDatabase {
  const { server, boundary, owner } = options;
  const ids = messageIdsFrom(options.random);
  const outboxWritten = () => options.outboxWritten?.();

  /** `attempt` runs the statement, after its transaction has begun; it is repeated while a lock is in its way. */
  const inTurn = async <T>(
    name: string,
    attempt: (waitedUntilMs: number) => ReturnType<typeof server.attempt<T>>,
  ): Promise<T> => {
    let waitedUntilMs = Number.POSITIVE_INFINITY;
    for (;;) {
      const answer = await boundary(name, () => attempt(waitedUntilMs));
      if (answer.done) return answer.value;
      if (waitedUntilMs === Number.POSITIVE_INFINITY) waitedUntilMs = server.waitUntilMs;
      await server.wait(answer.blocker, waitedUntilMs);
    }
  };

  return {
    server,
    messageIds: ids,
    outboxWritten,

    async run(name, work) {
      let tx: ModelTransaction | undefined;
      try {
        return await inTurn(name, (waitedUntilMs) => {
          tx ??= server.begin(owner);
          const answer = server.attempt(tx, work, waitedUntilMs);
          if (answer.done) server.commit(tx);
          return answer;
        });
      } finally {
        tx?.rollBack();
      }
    },

    async transaction(work) {
      // It begins with its first statement.
      let tx: ModelTransaction | undefined;
      let over = false;
      const effects = new Set<() => void>();
      const writes = new Set<() => Promise<void>>();
      // Statements that are sent together are taken one after another, as a connection takes them.
      let ahead: Promise<unknown> = Promise.resolve();
      const open: OpenTransaction = {
        server,
        messageIds: ids,
        outboxWritten: () => void effects.add(outboxWritten),
        afterCommit: (effect) => void effects.add(effect),
        transaction: (inner) => inner(open),
        beforeCommit: (write) => void writes.add(write),
        flush: async () => void (await Promise.all([...writes].map((write) => write()))),
        run: (name, statement) => {
          const answered = ahead.then(() =>
            inTurn(name, (waitedUntilMs) => {
              // Work that outlives its transaction, as after a handler's time limit, writes nothing.
              if (over) throw connectionClosed();
              tx ??= server.begin(owner);
              return server.attempt(tx, statement, waitedUntilMs);
            }),
          );
          ahead = answered.catch(() => undefined);
          return answered;
        },
      };
      try {
        const result = await work(open);
        await open.flush();
        over = true;
        await boundary("commit", () => {
          if (tx) server.commit(tx);
        });
        for (const effect of effects) effect();
        return result;
      } catch (error) {
        over = true;
        // Where the rollback does not reach the server, that ends the transaction with its connection.
        await boundary("rollback", () => tx?.rollBack()).catch(() => tx?.rollBack());
        throw error;
      }
    },
  };
}
