import { createConnectRouter, createContextValues } from "@connectrpc/connect";
import {
  type UniversalHandler,
  universalServerResponseToFetch,
} from "@connectrpc/connect/protocol";
import { callName, refusalFor } from "./auth-calls.ts";
import type { AccessTable } from "./auth-rules.ts";
import { readBytes } from "./json-body.ts";
import { problemOf, problems } from "./problem.ts";
import { isCall, problemAnswer } from "./problem-answer.ts";
import { contextOf } from "./request-context.ts";
import { type RpcSettings, rpcOptions } from "./rpc.ts";
import { rpcRequest } from "./rpc-context.ts";
import { numberSentAsText } from "./rpc-json-numbers.ts";

const http = { httpVersion: "1.1" } as const;

/**
 * Serves Connect, gRPC-Web and JSON behind a `fetch` function. Paths that do not have the form of a
 * call give `undefined` and are left to the next handler. Native gRPC needs trailers, which `fetch` responses lack: it
 * is refused here with 415 and has its own server.
 */
export function rpcFetch(
  settings: RpcSettings,
): (request: Request) => Response | Promise<Response> | undefined {
  const router = createConnectRouter({ ...rpcOptions(settings), grpc: false });
  settings.routes(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));

  return (request) => {
    if (!isCall(request)) return undefined;
    const handler = handlers.get(new URL(request.url).pathname);
    if (handler === undefined) return problemAnswer(request, problems.notFound);
    return answer(handler, request, settings.access);
  };
}

async function answer(
  handler: UniversalHandler,
  request: Request,
  access: AccessTable,
): Promise<Response> {
  const context = contextOf(request);
  context.noteRoute(handler.requestPath);
  // The library reads a call before it asks whose it is.
  const refusal = refusalFor(access, callName(handler.method), context);
  if (refusal !== undefined) return problemAnswer(request, problemOf(refusal));
  const contextValues = createContextValues().set(rpcRequest, context);
  // Whole, because a body is small and the wrapper has to know when it is still on its way.
  const bytes = await readBytes(request);
  const mistaken = isJson(request) && numberSentAsText(handler.method.input, parsed(bytes));
  if (mistaken) return invalidArgument(`${mistaken} must be an integer`);

  const { url, method, headers: header } = request;
  const { signal } = context;
  const body = once(bytes);
  const response = await handler({ ...http, method, url, header, body, signal, contextValues });
  return universalServerResponseToFetch(response);
}

/** JSON that people write. In envelopes, for streams and gRPC-Web, libraries write it. */
function isJson({ method, headers }: Request): boolean {
  return method === "POST" && /^application\/json\b/i.test(headers.get("content-type") ?? "");
}

function parsed(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch {
    return undefined; // The library says what is wrong with it.
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function invalidArgument(message: string): Response {
  return Response.json({ code: "invalid_argument", message }, { status: 400 });
}
