import type { Server } from "bun";
import type { Authenticate } from "./auth.ts";
import {
  type CallerAddress,
  callerAddress,
  networkOf,
  type PeerAddress,
} from "./caller-address.ts";
import type { Clock } from "./clock.ts";
import type { Cors } from "./cors.ts";
import type { Log } from "./log.ts";
import { type OpenStreams, openStreams, streamsPerCallerMax } from "./open-streams.ts";
import { type Problem, problemOf, problemResponse, problems } from "./problem.ts";
import { problemAnswer } from "./problem-answer.ts";
import type { Random } from "./random.ts";
import { type Rates, ratesOf } from "./rate-limit.ts";
import { setContext } from "./request-context.ts";
import {
  defaultRequestLimits,
  limitBody,
  type RequestLimits,
  urlProblem,
} from "./request-limits.ts";
import type { RequestMeter } from "./request-meters.ts";
import { ServedRequest } from "./served-request.ts";
import { inSpan } from "./telemetry.ts";

/** Answers a request, or leaves it to the next handler with `undefined`. */
export type FetchHandler = (
  request: Request,
) => Response | undefined | Promise<Response | undefined>;

export interface HttpSettings {
  readonly port: number;
  readonly hostname: string;
  /** Asked before anything else: without a caller, without a limit, without a line at info. */
  readonly health: FetchHandler;
  /** Asked in turn until one answers. */
  readonly handlers: readonly FetchHandler[];
  /** Only tells who calls; each handler refuses by the rule of what is called. */
  readonly authenticate: Authenticate;
  /** Default: whoever holds the connection. */
  readonly callerAddress?: CallerAddress;
  /** Which other origins' pages may call. Default: none. */
  readonly cors?: Cors | undefined;
  readonly limits?: Partial<RequestLimits>;
  /** Shared by all ports of a process. Default: counted for this port alone. */
  readonly streams?: OpenStreams;
  /** Off where who calls must not stand beside what is called, in the log neither. Default: on. */
  readonly namesCallers?: boolean | undefined;
  /** Who holds a connection, where it was handed on within this process. Default: the other end. */
  readonly peerAddress?: PeerAddress;
  /** How long requests take. Default: nobody measures. */
  readonly meter?: RequestMeter;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
}

export interface HttpServer {
  readonly port: number;
  readonly url: string;
  /**
   * Takes no new connection, lets what is in flight finish within `graceMs`,
   * streams included, and cuts what is left. Calling it again changes nothing.
   */
  stop(graceMs: number): Promise<void>;
}

/**
 * Serves REST, Connect and files behind one wrapper, so that none of them can
 * miss a limit: request id, trace, deadline, caller, rate, size, problem mapping,
 * security headers and one line in the log.
 *
 * Listens by itself because Elysia would share a taken port silently. Throws when
 * the port is taken.
 */
export function serveHttp(settings: HttpSettings): HttpServer {
  const limits = { ...defaultRequestLimits, ...settings.limits };
  const rates = ratesOf(limits.ratePerSecond);
  const peerAddress: PeerAddress = ({ address }) => address;
  const streams = openStreams(streamsPerCallerMax);
  const given = {
    ...{ callerAddress: callerAddress([]), peerAddress, streams, ...settings },
    namesCallers: settings.namesCallers ?? true,
  };
  const server = listen(settings, (request, server) => {
    const served = new ServedRequest({ ...given, request, server, limits });
    return inSpan(served.span, async () => {
      const response = await served.withinDeadline(answer(served, { settings, limits, rates }));
      settings.cors?.allow(request, response.headers);
      return served.finish(response);
    });
  });

  let stopped: Promise<void> | undefined;
  return {
    port: server.port ?? settings.port,
    url: `http://${settings.hostname}:${server.port}`,
    stop: (graceMs) => {
      stopped ??= drain(server, graceMs, settings);
      return stopped;
    },
  };
}

function listen(
  { port, hostname }: HttpSettings,
  fetch: (request: Request, server: Server<undefined>) => Promise<Response>,
): Server<undefined> {
  try {
    return Bun.serve({
      port,
      hostname,
      fetch,
      reusePort: false,
      // Deadlines are ours; this only ends connections that say nothing at all.
      idleTimeout: 30,
      // Our own limit answers first, with words.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      error: () => problemResponse(problems.internalError),
    });
  } catch (error) {
    throw portFault(error, { port, hostname });
  }
}

/** What went wrong with listening, in words where the port is taken. */
export function portFault(
  error: unknown,
  { port, hostname }: Pick<HttpSettings, "port" | "hostname">,
): unknown {
  const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  if (!taken) return error;
  return new Error(`port ${port} on ${hostname} is taken by another process`, { cause: error });
}

interface Wrapper {
  readonly settings: HttpSettings;
  readonly limits: RequestLimits;
  readonly rates: Rates;
}

async function answer(served: ServedRequest, wrapper: Wrapper): Promise<Response> {
  const { request } = served;
  try {
    const { settings, limits } = wrapper;
    const problem = urlProblem(request, limits);
    if (problem !== undefined) return problemAnswer(request, problem);

    const health = await settings.health(request);
    if (health !== undefined) {
      served.noteRoute("health");
      served.keepQuiet();
      return health;
    }

    const preflight = settings.cors?.preflight(request);
    if (preflight !== undefined) {
      served.noteRoute("preflight");
      served.keepQuiet();
      return preflight;
    }

    const refused = await admit(served, wrapper);
    return refused === undefined
      ? await dispatch(served, settings)
      : problemAnswer(request, refused);
  } catch (error) {
    served.noteFault(error);
    return problemAnswer(request, problemOf(error));
  }
}

/** Lets the request in, or says by which limit it is refused. */
async function admit(
  served: ServedRequest,
  { settings, limits, rates }: Wrapper,
): Promise<Problem | undefined> {
  const network = networkOf(served.address);
  // To verify a signature costs more than to look at a count, so that comes first.
  await rates.unproved.requireLeft(network);
  served.identify(await settings.authenticate(served.request));
  if (served.refusedCredential !== undefined) await rates.unproved.take(network);
  await rates.requests.take(served.caller?.subject ?? network);

  const limited = await served.receiving(limitBody(served.request, limits));
  if ("problem" in limited) return limited.problem;
  served.request = limited.request;
  setContext(served.request, served);
  return undefined;
}

async function dispatch(served: ServedRequest, { handlers }: HttpSettings): Promise<Response> {
  for (const handler of handlers) {
    const response = await handler(served.request);
    if (response !== undefined) return response;
  }
  return problemAnswer(served.request, problems.notFound);
}

async function drain(
  server: Server<undefined>,
  graceMs: number,
  { clock, log }: HttpSettings,
): Promise<void> {
  const finished = new AbortController();
  const drained = server.stop().then(() => finished.abort());
  await Promise.race([drained, clock.sleep(graceMs, finished.signal)]);
  if (finished.signal.aborted) return;

  log.warn("requests cut at the end of the grace period", { requests: server.pendingRequests });
  await server.stop(true);
}
