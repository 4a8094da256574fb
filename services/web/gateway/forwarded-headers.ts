import { contextOf } from "@app/platform/request-context.ts";
import { formatTraceparent } from "@app/platform/telemetry.ts";

/** Of one connection and not of the message (RFC 9110, section 7.6.1), and what nobody here speaks. */
const hopByHop = new Set([
  ...["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"],
  ...["te", "trailer", "transfer-encoding", "upgrade", "expect", "http2-settings"],
]);

/** What only a proxy may say; ours says it anew, whatever the caller made up. */
const ofProxies = new Set([
  ...["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"],
  ...["x-forwarded-port", "x-forwarded-server", "via"],
]);

/** What a service is told: the caller's own words, who it is, and which trace this belongs to. */
export function headersOnward(request: Request): Headers {
  const { address, requestId, span } = contextOf(request);
  const headers = withoutHops(request.headers);
  for (const name of ofProxies) headers.delete(name);
  // Measured anew from the bytes that are sent.
  headers.delete("content-length");
  // A browser's proof of origin names the host that it asked.
  headers.set("host", request.headers.get("host") ?? "");
  if (address !== "unknown") headers.set("x-forwarded-for", address);
  headers.set("x-forwarded-proto", isTls(request) ? "https" : "http");
  headers.set("x-request-id", requestId);
  headers.set("traceparent", formatTraceparent(span));
  return headers;
}

/** What a caller is told of a service's answer. */
export function headersBack(answer: Response): Headers {
  const headers = withoutHops(answer.headers);
  headers.delete("content-length");
  headers.delete("date");
  return headers;
}

function withoutHops(from: Headers): Headers {
  const named = (from.get("connection") ?? "").split(",").map((name) => name.trim().toLowerCase());
  const headers = new Headers(from);
  for (const name of [...hopByHop, ...named]) if (isName(name)) headers.delete(name);
  return headers;
}

/** `Connection` may hold anything; what is no name of a header would throw. */
const isName = (text: string) => /^[\w!#$%&'*+.^`|~-]+$/.test(text);

/**
 * Whether the caller's side is TLS. Anybody may claim it: nothing is let in for it, and a browser
 * heeds what follows from it behind TLS alone (RFC 6797, section 8.1).
 */
export function isTls({ headers }: Request): boolean {
  return headers.get("x-forwarded-proto")?.toLowerCase() === "https";
}
