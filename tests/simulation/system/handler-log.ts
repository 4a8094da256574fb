import type { Handler, MessageContext } from "@app/platform/messaging/handler.ts";
import type { ServiceUnit } from "@app/platform/messaging/inbox.ts";
import type { OpenTransaction } from "../models/model-client.ts";
import type { BindModelUnit } from "../models/model-inbox.ts";
import type { ModelServer } from "../models/model-server.ts";
import { ModelTable } from "../models/model-table.ts";

/** One message that a handler took in. It is there exactly when the effect of the handler is. */
export interface Handled extends Pick<MessageContext, "key" | "version" | "eventId"> {
  readonly type: string;
}

const logs = new WeakMap<ModelServer, ModelTable<number, Handled>>();

export function handlerLogOf(server: ModelServer): ModelTable<number, Handled> {
  const known = logs.get(server);
  if (known) return known;
  const log = new ModelTable<number, Handled>();
  logs.set(server, log);
  return log;
}

const transactionOf = new WeakMap<object, OpenTransaction>();
const typeOf = new WeakMap<object, string>();

/** The type of message that is being handled with these stores. */
export const typeUnderWay = (stores: object): string => typeOf.get(stores) ?? "";

/** Binds stores so that `logged` handlers find the transaction that they run in. */
export function loggedUnit<S extends object>(bind: BindModelUnit<S>): BindModelUnit<S> {
  return (tx): ServiceUnit<S> => {
    const unit = bind(tx);
    transactionOf.set(unit.stores, tx);
    return unit;
  };
}

/** What stands between a message and its handler in a simulation. */
export interface HandlerHooks {
  /** May throw, or wait, as a handler of any sort may. */
  before(type: string): Promise<void> | void;
}

/** The same handler, which also writes down what it took in, in the transaction of its effect. */
export function logged<S extends object>(handler: Handler<S>, hooks: HandlerHooks): Handler<S> {
  const { type } = handler;
  return {
    ...handler,
    async handle(stores, message, context) {
      typeOf.set(stores, type);
      await hooks.before(type);
      await handler.handle(stores, message, context);
      const tx = transactionOf.get(stores);
      if (!tx) throw new Error("the stores belong to no transaction");
      const { key, version, eventId } = context;
      await tx.run("handler log", (statement) =>
        statement.put(handlerLogOf(tx.server), tx.server.next("handler log"), {
          type,
          key,
          version,
          eventId,
        }),
      );
    },
  };
}
