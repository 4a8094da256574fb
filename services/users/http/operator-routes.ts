import { operatorOf } from "@app/platform/messaging/ops-access.ts";
import { NoParameters, readRequest } from "@app/platform/messaging/ops-requests.ts";
import { contextOf } from "@app/platform/request-context.ts";
import { Elysia } from "elysia";
import { z } from "zod";
import { checkedEmail } from "../domain/registration.ts";
import { requireUserId } from "../store/caller.ts";
import { endSessions, setRoles } from "../store/change-user.ts";
import { listUsers } from "../store/list-users.ts";
import { mintServiceToken } from "../store/service-token.ts";
import { rotateKeys } from "../store/signing-keys.ts";
import { findUser } from "../store/users.ts";
import type { UsersApi } from "../store/users-api.ts";
import {
  RolesRequest,
  RotateRequest,
  ServiceTokenRequest,
  UsersRequest,
} from "./operator-requests.ts";
import { UserView, viewOf } from "./user-view.ts";

const UsersView = z.object({ users: z.array(UserView), nextCursor: z.string().nullable() });
const EndedView = z.object({ ended: z.number().int() });
const ServiceTokenView = z.object({
  token: z.string(),
  expiresIn: z.number().int(),
});
const RotatedView = z.object({
  /** The new key. */
  kid: z.string(),
  signsFrom: z.iso.datetime(),
  ending: z.array(z.object({ kid: z.string(), verifiesUntil: z.iso.datetime() })),
});

/** What operators do to accounts and keys, beside the operator API that every service has. */
export const userOperatorRoutes = (api: UsersApi) =>
  new Elysia({ prefix: "/ops/v1" })
    .derive(({ request }) => ({
      operator: { actor: operatorOf(request), keyId: contextOf(request).caller?.keyId },
    }))
    .get(
      "/users",
      async ({ query }) => {
        const { email, ...page } = readRequest(UsersRequest, query);
        const emailKey = email === undefined ? undefined : checkedEmail(email.trim()).emailKey;
        const { users, nextCursor } = await listUsers(api.db, { ...page, emailKey });
        return { users: users.map(viewOf), nextCursor: nextCursor ?? null };
      },
      { response: UsersView },
    )
    .get(
      "/users/:id",
      async ({ params }) => viewOf(await findUser(api.db, requireUserId(params.id))),
      { response: UserView },
    )
    .post(
      "/users/:id/roles",
      async ({ params, body, operator }) => {
        const { roles } = readRequest(RolesRequest, body);
        const userId = requireUserId(params.id);
        return viewOf(await setRoles(api.db, { ...operator, userId }, roles));
      },
      { response: UserView },
    )
    .post(
      "/users/:id/end-sessions",
      async ({ params, body, operator }) => {
        readRequest(NoParameters, body);
        const userId = requireUserId(params.id);
        return { ended: await endSessions(api.db, { ...operator, userId }) };
      },
      { response: EndedView },
    )
    .post(
      "/service-tokens",
      async ({ body, operator, status }) => {
        const { service, seconds } = readRequest(ServiceTokenRequest, body);
        const token = await mintServiceToken(api, { service, seconds, ...operator });
        return status(201, { token, expiresIn: seconds });
      },
      { response: { 201: ServiceTokenView } },
    )
    .post(
      "/keys/rotate",
      async ({ body, operator }) => {
        const { compromised } = readRequest(RotateRequest, body);
        const { kid, signsFrom, ending } = await rotateKeys(api.db, api.seal, {
          ...operator,
          compromised,
        });
        api.keys.forget();
        return {
          kid,
          signsFrom: signsFrom.toISOString(),
          ending: ending.map(({ kid, verifiesUntil }) => ({
            kid,
            verifiesUntil: verifiesUntil.toISOString(),
          })),
        };
      },
      { response: RotatedView },
    );
