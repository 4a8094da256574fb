import { type ConnectRouter, createConnectRouter } from "@connectrpc/connect";
import type { AnyElysia } from "elysia";
import { callName } from "./auth-calls.ts";
import { type AccessTable, accessFaults } from "./auth-rules.ts";
import { commonAccess } from "./common-access.ts";

export interface OfferedService {
  readonly access: AccessTable;
  /** With every route, those of the operator API too. */
  readonly app: AnyElysia;
  readonly rpc: (router: ConnectRouter) => void;
}

/**
 * Throws when a route or an RPC is there of which nobody stated who may call it. Nobody could call
 * it anyway; a service that does not start is heard of sooner.
 */
export function requireRules({ access, app, rpc }: OfferedService): void {
  const router = createConnectRouter();
  rpc(router);
  const calls = router.handlers.map(({ method }) => callName(method));
  const { ruleless } = accessFaults({ ...access, ...commonAccess }, { routes: app.routes, calls });
  if (ruleless.length > 0) throw new Error(`nobody stated who may call ${ruleless.join(", ")}`);
}
