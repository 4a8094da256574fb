import { InventoryService } from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import type { Caller, Guests } from "@app/platform/auth.ts";
import { systemClock } from "@app/platform/clock.ts";
import { silentLog } from "@app/platform/log.ts";
import type { Database } from "@app/platform/postgres.ts";
import { systemRandom } from "@app/platform/random.ts";
import { contextOf, setContext } from "@app/platform/request-context.ts";
import { rpcOptions } from "@app/platform/rpc.ts";
import { type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import { inventoryAccess } from "../access.ts";
import { inventory } from "../service.ts";

/** The service's edges without a socket. */
export interface Served extends Disposable {
  call(method: string, path: string, body?: unknown, caller?: Caller): Promise<Answer>;
  readonly rpc: Client<typeof InventoryService>;
  /** What a SIGTERM does to streams. */
  shutDown(): void;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says is what a test looks at
  readonly body: any;
}

export function served(db: Database, guests: Guests = "everywhere"): Served {
  const shutdown = new AbortController();
  const service = inventory({
    db,
    broker: { hint: () => undefined, onHint: () => () => undefined },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
  const transport = createRouterTransport(service.rpc, {
    router: rpcOptions({
      routes: service.rpc,
      access: inventoryAccess,
      shutdownSignal: shutdown.signal,
      log: silentLog,
    }),
  });

  return {
    rpc: createClient(InventoryService, transport),
    async call(method, path, body, caller) {
      const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const request = new Request(`http://localhost:8090${path}`, {
        method,
        ...(sent === undefined ? {} : { body: sent }),
      });
      setContext(request, { ...contextOf(request), guests, caller });
      const response = await service.app.handle(request);
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
    },
    shutDown: () => shutdown.abort(),
    [Symbol.dispose]: () => service.close(),
  };
}
