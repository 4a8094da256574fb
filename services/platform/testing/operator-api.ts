import type { AnyElysia } from "elysia";
import { authenticator, roles } from "../auth.ts";
import { elysiaHandler } from "../elysia-app.ts";
import { servedHttp } from "./served-http.ts";

export interface OperatorApi extends AsyncDisposable {
  /** Asks below `/ops/v1/`, with a body by POST; as somebody who is called like the role, or as a guest with "". */
  call(path: string, call?: OperatorCall): Promise<{ status: number; body: unknown }>;
}

export interface OperatorCall {
  readonly body?: unknown;
  readonly as?: string;
}

/** An operator API on a real socket; whoever calls has the one role that its token names. */
export function servedOperatorApi(app: AnyElysia): OperatorApi {
  const served = servedHttp({
    handlers: [elysiaHandler(app)],
    authenticate: authenticator("optional", async (token) => ({
      subject: token,
      roles: roles.filter((role) => role === token),
    })),
  });
  return {
    async call(path, { body, as = "operator" } = {}) {
      const response = await fetch(`${served.server.url}/ops/v1/${path}`, {
        headers: as === "" ? {} : { authorization: `Bearer ${as}` },
        ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}
