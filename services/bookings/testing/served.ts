import { BookingsService } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Caller } from "@app/platform/auth.ts";
import { systemClock } from "@app/platform/clock.ts";
import { silentLog } from "@app/platform/log.ts";
import type { DurableState } from "@app/platform/messaging/broker.ts";
import type { Pool } from "@app/platform/postgres.ts";
import { contextOf, setContext } from "@app/platform/request-context.ts";
import { rpcOptions } from "@app/platform/rpc.ts";
import { changeRpcRequest } from "@app/platform/rpc-context.ts";
import { type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import { bookingsAccess } from "../access.ts";
import { type BookingsSettings, bookings } from "../service.ts";
import { type BookingsWorld, bookingsWorld, testSeal, type WorldOptions } from "./world.ts";

/** The service's edges without a socket, on a database of their own. */
export interface Served extends BookingsWorld {
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  rpc(caller?: Caller): Client<typeof BookingsService>;
  /** What the broker says of the service's durable from now on; undefined for one that is away. */
  durable: DurableState | undefined;
  readonly service: ReturnType<typeof bookings>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly caller?: Caller;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says is what a test looks at
  readonly body: any;
}

/** A durable that has nothing left to deliver. */
export const caughtUp: DurableState = {
  ackFloor: 7,
  delivered: 7,
  pending: 0,
  unacknowledged: 0,
  redelivered: 0,
  pulls: 1,
  createdAtSequence: 1,
};

export async function served(options: WorldOptions = {}): Promise<Served> {
  const world = await bookingsWorld(options);
  const state: { durable: DurableState | undefined } = { durable: caughtUp };
  const service = serviceOn(world.pool, {
    connected: () => state.durable !== undefined,
    durableState: async () => state.durable,
  });
  return Object.assign(state, world, {
    service,
    async call(method: string, path: string, call: CallOptions = {}): Promise<Answer> {
      const response = await service.app.handle(requestOf(method, path, call));
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") ?? false;
      const body = isJson ? JSON.parse(text) : undefined;
      return { status: response.status, headers: response.headers, text, body };
    },
    rpc: (caller?: Caller) => rpcClient(service, caller),
  });
}

/** A service on this database whose broker says nothing that is not given. */
export function serviceOn(pool: Pool, broker: Partial<BookingsSettings["broker"]> = {}) {
  return bookings({
    db: pool,
    broker: {
      connected: () => false,
      durableState: async () => undefined,
      streamState: async () => undefined,
      read: () => {
        throw new Error("nothing is read here");
      },
      ...broker,
    },
    seal: testSeal,
    holdMs: 600_000,
    holdsMax: 10,
    clock: systemClock,
    log: silentLog,
  });
}

function requestOf(method: string, path: string, { body, headers, caller }: CallOptions): Request {
  const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const request = new Request(`http://localhost:8282${path}`, {
    method,
    ...(headers ? { headers } : {}),
    ...(sent === undefined ? {} : { body: sent }),
  });
  if (caller) setContext(request, { ...contextOf(request), caller });
  return request;
}

function rpcClient(
  { rpc }: ReturnType<typeof bookings>,
  caller: Caller | undefined,
): Client<typeof BookingsService> {
  const router = rpcOptions({
    routes: rpc,
    access: bookingsAccess,
    shutdownSignal: new AbortController().signal,
    log: silentLog,
    interceptors: [
      (next) => (request) => {
        changeRpcRequest(request.contextValues, { caller });
        return next(request);
      },
    ],
  });
  return createClient(BookingsService, createRouterTransport(rpc, { router }));
}
