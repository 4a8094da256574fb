import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { endStreamFlag, endStreamToJson, errorToJson } from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { type Problem, problemResponse } from "./problem.ts";
import { refusalDetail } from "./rpc-faults.ts";

/** `/<package>.v1.<Service>/<Method>`. */
const CALL_PATH = /^https?:\/\/[^/]*\/(?:[a-z]\w*\.)+v\d\w*\.[A-Z]\w*\/[A-Z]\w*(?:\?|$)/;

/** Statuses that never come from a call itself; what else there is becomes UNKNOWN. */
const codes: Readonly<Record<number, Code>> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  // Of a path: that a thing does not exist is said by its call.
  404: Code.Unimplemented,
  405: Code.Unimplemented,
  408: Code.DeadlineExceeded,
  413: Code.ResourceExhausted,
  414: Code.ResourceExhausted,
  415: Code.Unimplemented,
  429: Code.ResourceExhausted,
  500: Code.Internal,
  // What a gateway says of the service behind it.
  502: Code.Unavailable,
  503: Code.Unavailable,
  504: Code.DeadlineExceeded,
};

/** Whether a request asks for a call, of which service ever. */
export function isCall({ url }: Request): boolean {
  return CALL_PATH.test(url);
}

/** A problem in the form that the request's sender reads. */
export function problemAnswer(request: Request, problem: Problem): Response {
  return isCall(request) ? callAnswer(request, problem) : problemResponse(problem);
}

/**
 * A problem on the path of a call, as the caller's library reads it: Connect's JSON with the
 * problem's own status, the end of a Connect stream, or gRPC-Web's trailers alone.
 */
function callAnswer(request: Request, problem: Problem): Response {
  const error = errorOf(problem);
  const contentType = request.headers.get("content-type") ?? "";
  const headers = new Headers({ ...problem.headers, "cache-control": "no-store" });

  if (/^application\/grpc-web\b/i.test(contentType)) {
    headers.set("content-type", contentType);
    return new Response(null, { headers: setTrailerStatus(headers, error) });
  }
  if (/^application\/connect\+/i.test(contentType)) {
    headers.set("content-type", contentType);
    const end = JSON.stringify(endStreamToJson(new Headers(), error, undefined));
    return new Response(encodeEnvelope(endStreamFlag, new TextEncoder().encode(end)), { headers });
  }
  headers.set("content-type", "application/json");
  const body = JSON.stringify(errorToJson(error, undefined));
  return new Response(body, { status: problem.status, headers });
}

function errorOf({ status, code: reason, detail, extra = {} }: Problem): ConnectError {
  const code = reason === "deadline_exceeded" ? Code.DeadlineExceeded : codes[status];
  const details = [refusalDetail(reason, extra)];
  return new ConnectError(detail, code ?? Code.Unknown, undefined, details);
}
