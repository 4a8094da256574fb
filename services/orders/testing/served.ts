import { OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import type { Caller } from "@app/platform/auth.ts";
import { systemClock } from "@app/platform/clock.ts";
import { silentLog } from "@app/platform/log.ts";
import type { Pool } from "@app/platform/postgres.ts";
import { contextOf, setContext } from "@app/platform/request-context.ts";
import { rpcOptions } from "@app/platform/rpc.ts";
import { changeRpcRequest } from "@app/platform/rpc-context.ts";
import { type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import { ordersAccess } from "../access.ts";
import { type OrdersSettings, orders } from "../service.ts";
import { type OrdersWorld, ordersWorld } from "./world.ts";

/** The service's edges without a socket, on a database of their own. */
export interface Served extends OrdersWorld {
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** The same without reading the body, for streams. */
  open(method: string, path: string, options?: CallOptions): Promise<Response>;
  readonly rpc: Client<typeof OrdersService>;
  /** Takes in messages as the consumer does: all in one transaction. */
  consume(...messages: readonly Consumed[]): Promise<void>;
  /** What a SIGTERM does to streams. */
  shutDown(): void;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly caller?: Caller;
  /** Aborts when the caller goes away. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says is what a test looks at
  readonly body: any;
}

type Service = ReturnType<typeof orders>;
type Consumed = readonly [type: string, message: object];

export interface ServedOptions {
  readonly broker?: Partial<OrdersSettings["broker"]>;
  /** Who calls by RPC. */
  readonly caller?: Caller;
}

/** One that is away, and says nothing. */
export const muteBroker: OrdersSettings["broker"] = {
  hint: () => undefined,
  onHint: () => () => undefined,
  connected: () => false,
  durableState: async () => undefined,
  streamState: async () => undefined,
};

export async function served(options: ServedOptions = {}): Promise<Served> {
  const world = await ordersWorld();
  const replica = replicaOn(world.pool, options);
  return {
    ...world,
    ...replica,
    async [Symbol.asyncDispose]() {
      replica.shutDown();
      await world[Symbol.asyncDispose]();
    },
  };
}

/** One more process on the same database. */
export function replicaOn(pool: Pool, { broker, caller }: ServedOptions = {}) {
  const stop = new AbortController();
  const service = orders({
    db: pool,
    broker: { ...muteBroker, ...broker },
    deadlineMs: 60_000,
    outboxMax: 1_000,
    why: { inventoryUrl: undefined },
    stopping: stop.signal,
    clock: systemClock,
    log: silentLog,
  });
  const open = (method: string, path: string, call: CallOptions = {}) =>
    service.app.handle(requestOf(method, path, call));

  return {
    open,
    rpc: rpcClient(service, { shutdownSignal: stop.signal, caller }),
    async call(method: string, path: string, call?: CallOptions): Promise<Answer> {
      const response = await open(method, path, call);
      const text = await response.text();
      const body = text === "" ? undefined : JSON.parse(text);
      return { status: response.status, headers: response.headers, body };
    },
    consume: (...messages: readonly Consumed[]) => consume(pool, service, messages),
    shutDown: () => {
      stop.abort();
      service.close();
    },
  };
}

function requestOf(
  method: string,
  path: string,
  { body, headers, caller, signal }: CallOptions,
): Request {
  const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const request = new Request(`http://localhost:8080${path}`, {
    method,
    ...(headers ? { headers } : {}),
    ...(signal ? { signal } : {}),
    ...(sent === undefined ? {} : { body: sent }),
  });
  if (caller) setContext(request, { ...contextOf(request), caller });
  return request;
}

function rpcClient(
  { rpc }: Service,
  {
    shutdownSignal,
    caller,
  }: { readonly shutdownSignal: AbortSignal; readonly caller?: Caller | undefined },
): Client<typeof OrdersService> {
  const router = rpcOptions({
    routes: rpc,
    access: ordersAccess,
    shutdownSignal,
    log: silentLog,
    interceptors: [
      (next) => (request) => {
        changeRpcRequest(request.contextValues, { caller });
        return next(request);
      },
    ],
  });
  return createClient(OrdersService, createRouterTransport(rpc, { router }));
}

async function consume(
  pool: Pool,
  { consumers: [consumer] }: Service,
  messages: readonly Consumed[],
): Promise<void> {
  if (!consumer) throw new Error("orders listens to nothing");
  const found = messages.map(([type, message]) => {
    const handler = consumer.handlers.find((known) => known.type === type);
    if (!handler) throw new Error(`orders does not listen to ${type}`);
    return { handler, message };
  });
  await pool.transaction(async (tx) => {
    const unit = consumer.unit(tx);
    await unit.lock(found.flatMap(({ handler, message }) => handler.rows([message])));
    const context = {
      eventId: crypto.randomUUID(),
      key: "reservation/1",
      version: 1,
      time: new Date("2026-05-04T12:00:00Z"),
      traceparent: undefined,
    };
    for (const { handler, message } of found) await handler.handle(unit.stores, message, context);
  });
}
