import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { messageType } from "./message.ts";

/** A row that messages will change, named so that a batch can lock all of them in one order. */
export interface RowRef {
  readonly table: string;
  readonly key: string;
}

/** Names a row by its table and primary key. */
export const row = (table: string, key: string | bigint): RowRef => ({ table, key: String(key) });

/** What a handler knows of its message besides the payload. */
export interface MessageContext {
  readonly eventId: string;
  readonly key: string;
  readonly version: number;
  /** When the sender stated it, by the sender's clock (`ce-time`). */
  readonly time: Date;
  readonly traceparent: string | undefined;
}

/** One message type that a service listens to. `S` are the service's stores, bound to the batch's transaction. */
export interface Handler<S> {
  readonly type: string;
  readonly schema: DescMessage;
  /**
   * The rows that these messages will change; locked, sorted, before the first handler of a batch. It
   * is asked of messages, too, whose turn has not come or is over.
   */
  rows(messages: readonly unknown[]): readonly RowRef[];
  handle(stores: S, message: unknown, context: MessageContext): unknown;
}

interface HandlerOf<S, D extends DescMessage> {
  readonly rows?: (messages: readonly MessageShape<D>[]) => readonly RowRef[];
  /** Returning means done, throwing means again. It never acknowledges, logs or retries by itself. */
  readonly handle: (stores: S, message: MessageShape<D>, context: MessageContext) => unknown;
}

/**
 * Declares how a service takes in one type of message. The consumer has decoded and validated the
 * message against `schema` before `handle` sees it.
 */
export function consumes<S, D extends DescMessage>(
  schema: D,
  { rows, handle }: HandlerOf<S, D>,
): Handler<S> {
  return {
    type: messageType(schema),
    schema,
    rows: (messages) => rows?.(messages as readonly MessageShape<D>[]) ?? [],
    handle: (stores, message, context) => handle(stores, message as MessageShape<D>, context),
  };
}
