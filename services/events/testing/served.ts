import { EventsService } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import type { Caller, Guests } from "@app/platform/auth.ts";
import { silentLog } from "@app/platform/log.ts";
import { contextOf, setContext } from "@app/platform/request-context.ts";
import { rpcOptions } from "@app/platform/rpc.ts";
import { changeRpcRequest } from "@app/platform/rpc-context.ts";
import {
  type Client,
  createClient,
  createRouterTransport,
  type Interceptor,
} from "@connectrpc/connect";
import { eventsAccess } from "../access.ts";
import { events } from "../service.ts";
import type { EventsApi } from "../store/publishing.ts";

/** The service's edges without a socket. */
export interface Served {
  call(method: string, path: string, body?: unknown, caller?: Caller): Promise<Answer>;
  /** Calls on behalf of somebody, or of a guest. */
  rpc(caller?: Caller): Client<typeof EventsService>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says is what a test looks at
  readonly body: any;
}

export const organiser: Caller = { subject: "olga", roles: ["organiser"] };
export const otherOrganiser: Caller = { subject: "otto", roles: ["organiser"] };
export const operator: Caller = { subject: "opal", roles: ["operator"] };
export const customer: Caller = { subject: "carl", roles: ["customer"] };

/** Guests may do nothing but read, as soon as somebody issues tokens. */
export function served(api: EventsApi, guests: Guests = "unprivileged"): Served {
  const service = events(api);
  const options = rpcOptions({
    routes: service.rpc,
    access: eventsAccess,
    shutdownSignal: new AbortController().signal,
    log: silentLog,
  });

  return {
    rpc: (caller) => {
      const identify: Interceptor = (next) => (request) => {
        changeRpcRequest(request.contextValues, { caller, guests });
        return next(request);
      };
      const interceptors = [identify, ...(options.interceptors ?? [])];
      const transport = createRouterTransport(service.rpc, {
        router: { ...options, interceptors },
      });
      return createClient(EventsService, transport);
    },
    async call(method, path, body, caller) {
      const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const request = new Request(`http://localhost:8181${path}`, {
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
  };
}
