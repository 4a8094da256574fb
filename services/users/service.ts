import { UsersService } from "@app/contracts/gen/users/v1/users_service_pb.ts";
import { httpApp } from "@app/platform/elysia-app.ts";
import type { ConnectRouter } from "@connectrpc/connect";
import { usersAccess } from "./access.ts";
import { usersNotes } from "./http/call-notes.ts";
import { keyRoutes } from "./http/key-routes.ts";
import { userOperatorRoutes } from "./http/operator-routes.ts";
import type { CookieSettings } from "./http/session-cookies.ts";
import { userRoutes } from "./http/user-routes.ts";
import { usersService } from "./rpc/users-service.ts";
import { keepHouse } from "./store/housekeeping.ts";
import { userInvariants } from "./store/invariants.ts";
import { keyRing } from "./store/key-ring.ts";
import { userMeters } from "./store/meters.ts";
import type { UsersApi } from "./store/users-api.ts";

export interface UsersSettings extends Omit<UsersApi, "keys" | "meters"> {
  readonly cookies: CookieSettings;
}

/** What users does, ready to be served: no port is open and no broker is needed yet. */
export function users({ cookies, ...settings }: UsersSettings) {
  const keys = keyRing(settings);
  const meters = userMeters();
  const api: UsersApi = { ...settings, keys, meters };
  return {
    access: usersAccess,
    notes: usersNotes,
    app: httpApp(usersAccess)
      .use(userRoutes(api, cookies))
      .use(keyRoutes(api))
      .use(userOperatorRoutes(api)),
    rpc: (router: ConnectRouter) => router.service(UsersService, usersService(api)),
    keys,
    /** Its own tokens are verified by the keys themselves. */
    tokenKeys: () => keys.keySet(),
    meters: [meters.signIns, meters.refreshes],
    /** It listens to nobody. */
    consumers: [],
    invariants: userInvariants,
    leaderTasks: [
      {
        name: "housekeeping",
        run: ({ signal }: { readonly signal: AbortSignal }) => keepHouse(settings, signal),
      },
    ],
    close: () => undefined,
  };
}
