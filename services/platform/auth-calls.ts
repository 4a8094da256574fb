import type { Interceptor } from "@connectrpc/connect";
import type { Identity } from "./auth.ts";
import { type AccessTable, requireAccess } from "./auth-rules.ts";
import { Refusal } from "./errors.ts";
import { rpcRequest } from "./rpc-context.ts";

/** The name of an RPC in an `AccessTable`. */
export function callName({ parent, name }: CallDescription): string {
  return `${parent.typeName}/${name}`;
}

/** Why a caller may not make a call, for whoever has to know before the call can be read. */
export function refusalFor(
  access: AccessTable,
  call: string,
  identity: Identity,
): Refusal | undefined {
  const rule = access[call];
  try {
    if (rule !== undefined) requireAccess(rule, identity);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

interface CallDescription {
  readonly parent: { readonly typeName: string };
  readonly name: string;
}

/**
 * Lets a call through only when its rule in the table allows it, before its request is validated:
 * who may not call learns nothing about what the call wants. A call without a rule fails.
 */
export function rpcAccess(access: AccessTable): Interceptor {
  return (next) => (request) => {
    const call = callName(request.method);
    // Health and reflection; the server that offers them says who may ask.
    if (call.startsWith("grpc.")) return next(request);
    const rule = access[call];
    if (rule === undefined) throw new Error(`nobody stated who may call ${call}`);
    requireAccess(rule, request.contextValues.get(rpcRequest));
    return next(request);
  };
}
