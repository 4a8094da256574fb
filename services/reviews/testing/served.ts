import { ReviewsService } from "@app/contracts/gen/reviews/v1/reviews_service_pb.ts";
import type { Caller, Role } from "@app/platform/auth.ts";
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
import { reviewsAccess } from "../access.ts";
import { reviews } from "../service.ts";
import type { ReviewsApi } from "../store/reviews-api.ts";

/** The service's edges without a socket. */
export interface Served {
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  rpc(as?: string): Client<typeof ReviewsService>;
}

export interface CallOptions {
  readonly body?: unknown;
  /** The account that calls; a guest without. */
  readonly as?: string;
  readonly roles?: readonly Role[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says is what a test looks at
  readonly body: any;
}

const guests = "unprivileged" as const;

export function served(api: ReviewsApi): Served {
  const service = reviews(api);
  const options = rpcOptions({
    routes: service.rpc,
    access: reviewsAccess,
    shutdownSignal: new AbortController().signal,
    log: silentLog,
  });
  return {
    rpc: (as) => {
      const identify: Interceptor = (next) => (request) => {
        changeRpcRequest(request.contextValues, { caller: callerOf({ as }), guests });
        return next(request);
      };
      const interceptors = [identify, ...(options.interceptors ?? [])];
      const router = { ...options, interceptors };
      return createClient(ReviewsService, createRouterTransport(service.rpc, { router }));
    },
    async call(method, path, { body, ...who } = {}) {
      const request = new Request(`http://localhost:8484${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      setContext(request, { ...contextOf(request), guests, caller: callerOf(who) });
      const response = await service.app.handle(request);
      const text = await response.text();
      const { status, headers } = response;
      return { status, headers, text, body: text === "" ? undefined : JSON.parse(text) };
    },
  };
}

function callerOf({
  as,
  roles = ["customer"],
}: {
  readonly as?: string | undefined;
  readonly roles?: readonly Role[];
}): Caller | undefined {
  return as === undefined ? undefined : { subject: as, roles };
}
