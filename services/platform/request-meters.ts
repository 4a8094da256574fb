import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import type { Clock } from "./clock.ts";
import { type HistogramMeter, histogramMeter, secondsBuckets } from "./meters.ts";

/** How long requests take, by what was asked and how it was answered. */
export type RequestMeter = HistogramMeter<"method" | "route" | "status">;
/** The same of calls, on whichever port they came. */
export type CallMeter = HistogramMeter<"call" | "code">;

export interface RequestMeters {
  readonly requests: RequestMeter;
  readonly calls: CallMeter;
}

/** One of each for a process. */
export const requestMeters = (): RequestMeters => ({
  requests: requestMeter(),
  calls: histogramMeter({
    name: "rpc_server_duration_seconds",
    help: "Time from a call to its answer, to its first message where it streams, on any port.",
    buckets: secondsBuckets,
    labels: ["call", "code"],
  }),
});

export const requestMeter = (): RequestMeter =>
  histogramMeter({
    name: "http_server_request_duration_seconds",
    help: "Time from a request to its answer, to the beginning of one that streams; calls included.",
    buckets: secondsBuckets,
    labels: ["method", "route", "status"],
  });

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** The request's method, of which there are few, whatever a caller makes up. */
export const knownMethod = (method: string): string => (methods.has(method) ? method : "_OTHER");

/** What a request is measured as when it met none of the service's routes. */
export const noRoute = "unmatched";

/** Measures each call by what its caller is told. */
export function measuredCalls(meter: CallMeter, clock: Clock): Interceptor {
  return (next) => async (request) => {
    const startedMs = clock.monotonicMs();
    const call = `${request.method.parent.typeName}/${request.method.name}`;
    const measure = (code: string) =>
      meter.observe((clock.monotonicMs() - startedMs) / 1_000, { call, code });
    try {
      const response = await next(request);
      measure("Ok");
      return response;
    } catch (error) {
      measure(Code[ConnectError.from(error).code]);
      throw error;
    }
  };
}
