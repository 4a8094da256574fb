import { type ContextValues, createContextKey } from "@connectrpc/connect";
import { contextOf, type RequestContext } from "./request-context.ts";

/**
 * What is known about the request behind a call, on either port: a handler asks with
 * `context.values.get(rpcRequest)`, an interceptor with `request.contextValues.get(rpcRequest)`.
 * Without a server, as in tests, it is a guest's request that never ends.
 */
export const rpcRequest = createContextKey(contextOf(new Request("http://unserved.invalid")), {
  description: "the request behind a call",
});

/** Lets everything further in see the request with these changes. */
export function changeRpcRequest(values: ContextValues, changes: Partial<RequestContext>): void {
  const request = values.get(rpcRequest);
  const { requestId, address, span, caller, refusedCredential, guests, signal } = request;
  values.set(rpcRequest, {
    requestId,
    address,
    span,
    caller,
    refusedCredential,
    guests,
    signal,
    receiving: (body) => request.receiving(body),
    extendDeadline: (durationMs) => request.extendDeadline(durationMs),
    openStream: () => request.openStream(),
    keepQuiet: () => request.keepQuiet(),
    noteFault: (error) => request.noteFault(error),
    noteRoute: (route) => request.noteRoute(route),
    ...changes,
  });
}
