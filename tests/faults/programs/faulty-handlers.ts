import { appendFileSync, readFileSync } from "node:fs";
import type { Handler } from "@app/platform/messaging/handler.ts";
import type { ConsumerDeclaration } from "@app/platform/messaging/messaging.ts";

/** What handlers do instead of their work, for one key in `oneIn`; a file holds it as JSON. */
export interface HandlerOrders {
  readonly does: "throw" | "hang" | "exit";
  readonly oneIn: number;
  /** After so many failures of one message in one process it succeeds. */
  readonly times: number;
}

/** A service's consumers, whose handlers fail while the file that `HANDLER_ORDERS` names says so. */
export function faultyHandlers<S>(
  consumers: readonly ConsumerDeclaration<S>[],
): readonly ConsumerDeclaration<S>[] {
  const file = process.env.HANDLER_ORDERS;
  if (file === undefined) return consumers;
  return consumers.map((consumer) => ({
    ...consumer,
    handlers: consumer.handlers.map((handler) => faulty(handler, file)),
  }));
}

function faulty<S>(handler: Handler<S>, file: string): Handler<S> {
  const failures = new Map<string, number>();
  return {
    ...handler,
    rows: (messages) => handler.rows(messages),
    handle(stores, message, context) {
      const orders = readOrders(file);
      const before = failures.get(context.eventId) ?? 0;
      const spared = !orders || Bun.hash.crc32(context.key) % orders.oneIn !== 0;
      if (spared || before >= orders.times) return handler.handle(stores, message, context);

      failures.set(context.eventId, before + 1);
      appendFileSync(`${file}.done`, `${orders.does} ${context.key} ${context.version}\n`);
      if (orders.does === "throw") throw new Error("told to throw");
      if (orders.does === "exit") process.kill(process.pid, "SIGKILL");
      return new Promise(() => undefined);
    },
  };
}

/** Undefined while handlers are to do their work. */
function readOrders(file: string): HandlerOrders | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
