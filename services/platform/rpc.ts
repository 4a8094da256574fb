import type { ConnectRouter, ConnectRouterOptions, Interceptor } from "@connectrpc/connect";
import { createValidateInterceptor } from "@connectrpc/validate";
import { rpcAccess } from "./auth-calls.ts";
import type { AccessTable } from "./auth-rules.ts";
import type { Log } from "./log.ts";
import { rpcDeadlines } from "./rpc-deadlines.ts";
import { rpcFaults } from "./rpc-faults.ts";
import { rpcStreams } from "./rpc-streams.ts";

/** What both RPC servers of a service share: the same calls behind the same rules on either port. */
export interface RpcSettings {
  /** Registers the services, as `router.service(OrdersService, ordersService(…))`. */
  readonly routes: (router: ConnectRouter) => void;
  /** Who may make which call; one that is not in it cannot be made. */
  readonly access: AccessTable;
  /** Run for each call before its rule is asked, the first one outermost. */
  readonly interceptors?: readonly Interceptor[];
  /** When it aborts, streams end with UNAVAILABLE; other calls finish. */
  readonly shutdownSignal: AbortSignal;
  /** Around all that follows, so that it sees what the caller is told. Default: nothing. */
  readonly measure?: Interceptor;
  readonly log: Log;
  /** How long a call may take unless its handler extends it. Streams have no limit. Default 10 s. */
  readonly deadlineMs?: number;
}

/** The default deadline of a call, the same as that of an HTTP request. */
export const defaultDeadlineMs = 10_000;

/** The largest request message, and the largest body behind HTTP. */
export const messageBytesMax = 64 * 1024;

/** Timers hold no more: a longer one would fire at once. About 24 days. */
const timeoutMsMax = 2 ** 31 - 1;

const jsonOptions = {
  ignoreUnknownFields: false,
  alwaysEmitImplicit: true,
  // Bytes that are no UTF-8 are refused, not replaced. The option is there and not declared.
  textDecoder: new TextDecoder("utf-8", { fatal: true }),
};

/**
 * Refused requests are explained, faults are hidden, deadlines hold, nobody has too many streams
 * open, and a message reaches a handler only when its caller may make the call and it keeps the rules
 * of its contract. JSON is read strictly, because an unknown field is a misspelt one, and written in
 * full, so that scripts find `0` and `[]` where they look.
 */
export function rpcOptions(settings: RpcSettings): ConnectRouterOptions {
  const {
    access,
    interceptors = [],
    shutdownSignal,
    measure,
    log,
    deadlineMs = defaultDeadlineMs,
  } = settings;
  return {
    interceptors: [
      ...(measure ? [measure] : []),
      rpcFaults(log),
      rpcDeadlines({ deadlineMs, shutdownSignal, log }),
      ...interceptors,
      rpcAccess(access),
      rpcStreams,
      createValidateInterceptor(),
    ],
    readMaxBytes: messageBytesMax,
    maxTimeoutMs: timeoutMsMax,
    jsonOptions,
  };
}
