import { type Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { knownMethod } from "./request-meters.ts";
import { failSpan, startSpan } from "./spans.ts";
import { parseTraceparent } from "./telemetry.ts";

/** The span of a request that has just come, in the trace of whoever sent it. */
export function requestSpan({ method, headers }: Pick<Request, "method" | "headers">): Span {
  const parent = parseTraceparent(headers.get("traceparent"));
  return startSpan(knownMethod(method), { kind: SpanKind.SERVER, parent });
}

export interface AnsweredRequest {
  readonly method: string;
  /** The pattern that it met; undefined where it met none. */
  readonly route: string | undefined;
  /** Without the query, which may name people. */
  readonly path: string;
  readonly status: number;
  /** What went wrong, where the answer does not tell. */
  readonly fault: unknown;
}

const callForm = /^\/([a-z][\w.]*\.[A-Z]\w*)\/([A-Z]\w*)$/;

/** Says what became of the request, and ends its span. Headers and bodies are never told. */
export function endRequestSpan(span: Span, answered: AnsweredRequest): void {
  if (span.isRecording()) describe(span, answered);
  span.end();
}

function describe(span: Span, { method, route, path, status, fault }: AnsweredRequest): void {
  const known = knownMethod(method);
  span.setAttributes({
    "http.request.method": known,
    "http.response.status_code": status,
    "url.path": path,
  });
  if (route !== undefined) {
    span.updateName(`${known} ${route}`);
    span.setAttribute("http.route", route);
    const [, service, call] = callForm.exec(route) ?? [];
    if (service !== undefined && call !== undefined) describeCall(span, { service, call });
  }
  if (fault !== undefined && status >= 500) failSpan(span, fault);
  else if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Says which call it is that a request makes. */
export function describeCall(
  span: Span,
  { service, call }: { readonly service: string; readonly call: string },
): void {
  span.updateName(`${service}/${call}`);
  span.setAttributes({ "rpc.system": "connect_rpc", "rpc.service": service, "rpc.method": call });
}
