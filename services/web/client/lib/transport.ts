import type { DescService } from "@bufbuild/protobuf";
import {
  type Client,
  Code,
  ConnectError,
  createClient,
  type Interceptor,
} from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { problemOf, problemOfResponse } from "./problem.ts";
import { keepSessionFresh, refreshSession } from "./session-refresh.ts";

/** A call that takes longer is told as a failure; streams last as long as they are wanted. */
const timeoutMs = 15_000;

/** Renews a session that has ended and asks once more; refused again, the caller is told. */
const withSession: Interceptor = (next) => async (request) => {
  await keepSessionFresh();
  try {
    return await next(request);
  } catch (error) {
    const ended = error instanceof ConnectError && error.code === Code.Unauthenticated;
    // What a stream sends cannot be sent again.
    if (!ended || request.stream || !(await refreshSession())) throw error;
    return next(request);
  }
};

/** Errors that come at the end of a stream carry the trace of its beginning. */
const withTrace: Interceptor = (next) => async (request) => {
  const response = await next(request);
  if (!response.stream) return response;
  return { ...response, message: traced(response.message, response.header) };
};

const way = {
  baseUrl: globalThis.location?.origin ?? "http://localhost:3000",
  useBinaryFormat: true,
  defaultTimeoutMs: timeoutMs,
} as const;

/** The way to all services: the gateway of this site, with this browser's cookies. */
export const transport = createConnectTransport({ ...way, interceptors: [withSession, withTrace] });

const guestTransport = createConnectTransport({
  ...way,
  interceptors: [withTrace],
  fetch: Object.assign(
    (input: URL | RequestInfo, init?: RequestInit) =>
      fetch(input, { ...init, credentials: "omit" }),
    // The runtime of the tests has it, and its types ask for it.
    { preconnect: () => undefined },
  ),
});

/** A client of one service. Its calls throw `ConnectError`; `problemOf` makes them presentable. */
export function clientOf<Service extends DescService>(service: Service): Client<Service> {
  return createClient(service, transport);
}

/** The same without the session: as a guest calls, whoever is signed in. */
export function guestClientOf<Service extends DescService>(service: Service): Client<Service> {
  return createClient(service, guestTransport);
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A call to a REST route, given and answered as JSON; undefined for an answer without a body. */
export async function callJson<T>(
  method: string,
  path: string,
  body?: unknown,
  { headers, signal }: CallOptions = {},
): Promise<T> {
  const ended = AbortSignal.timeout(timeoutMs);
  const ask = () =>
    fetch(path, {
      method,
      credentials: "same-origin",
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? ended : AbortSignal.any([signal, ended]),
    }).catch((error: unknown) => {
      throw problemOf(error);
    });

  await keepSessionFresh();
  const first = await ask();
  const response = first.status === 401 && (await refreshSession()) ? await ask() : first;
  if (!response.ok) throw await problemOfResponse(response);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

async function* traced<T>(messages: AsyncIterable<T>, headers: Headers): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    const trace = headers.get("traceparent");
    if (error instanceof ConnectError && trace !== null) error.metadata.set("traceparent", trace);
    throw error;
  }
}
