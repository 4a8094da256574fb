import type { Interceptor } from "@connectrpc/connect";
import { rpcRequest } from "./rpc-context.ts";

/** Counts a call that streams for as long as it does, and refuses it where its caller has too many open. */
export const rpcStreams: Interceptor = (next) => async (request) => {
  if (!request.stream) return next(request);
  const close = request.contextValues.get(rpcRequest).openStream();
  // Nobody reads for a caller who is gone before the first message.
  request.signal.addEventListener("abort", close, { once: true });
  try {
    const response = await next(request);
    if (request.signal.aborted || !response.stream) close();
    return response.stream ? { ...response, message: until(response.message, close) } : response;
  } catch (error) {
    close();
    throw error;
  }
};

async function* until<T>(messages: AsyncIterable<T>, close: () => void): AsyncGenerator<T> {
  try {
    yield* messages;
  } finally {
    close();
  }
}
