import { requireSameOrigin } from "@app/platform/auth-cookie.ts";
import { contextOf } from "@app/platform/request-context.ts";
import { Elysia } from "elysia";
import { readRegistration } from "../domain/registration.ts";
import {
  readCredentials,
  readDeletion,
  readRefreshToken,
  readUserChange,
} from "../domain/sign-in-requests.ts";
import { ownId } from "../store/caller.ts";
import { changeOwnUser } from "../store/change-user.ts";
import { deleteOwnUser } from "../store/delete-user.ts";
import { register } from "../store/register.ts";
import { closeSession } from "../store/sessions.ts";
import { invalidRefreshToken, refresh, signIn, type Tokens } from "../store/sign-in.ts";
import { findUser } from "../store/users.ts";
import type { UsersApi } from "../store/users-api.ts";
import {
  type CookieSettings,
  cookiesGone,
  cookiesOf,
  isBrowser,
  refreshTokenIn,
} from "./session-cookies.ts";
import { DoneView, TokensView, tokensView, UserView, viewOf } from "./user-view.ts";

/** Each route parses, makes one call and presents; refusals are mapped outside. */
export const userRoutes = (api: UsersApi, cookies: CookieSettings) => {
  const handOver = (tokens: Tokens, { headers }: Request, set: ResponseHeaders) => {
    if (!isBrowser(headers)) return tokensView(tokens);
    set.headers["set-cookie"] = cookiesOf(tokens, cookies);
    return { message: "success", expiresIn: tokens.expiresIn } as const;
  };

  return (
    new Elysia({ prefix: "/api" })
      .get(
        "/me",
        async ({ request }) => viewOf(await findUser(api.db, ownId(contextOf(request).caller))),
        { response: UserView },
      )
      .patch(
        "/me",
        async ({ body, request }) => {
          const { caller, address, signal } = contextOf(request);
          const change = readUserChange(body);
          return viewOf(await changeOwnUser(api, ownId(caller), { ...change, address, signal }));
        },
        { response: UserView },
      )
      .post("/me/delete", async ({ body, request, set, status }) => {
        const { caller, address, signal } = contextOf(request);
        const password = readDeletion(body);
        await deleteOwnUser(api, ownId(caller), { password, address, signal });
        if (isBrowser(request.headers)) set.headers["set-cookie"] = cookiesGone(cookies);
        return status(204, undefined);
      })
      // A page of another site could make its reader somebody else, or go on with a cookie.
      .guard({
        transform: ({ request }) => {
          if (isBrowser(request.headers)) requireSameOrigin(request, cookies.trustedOrigins);
        },
      })
      .post(
        "/register",
        async ({ body, request, set, status }) => {
          const user = await register(api, readRegistration(body), contextOf(request));
          set.headers.location = "/api/me";
          return status(201, viewOf(user));
        },
        { response: { 201: UserView } },
      )
      .post(
        "/login",
        async ({ body, request, set }) => {
          const tokens = await signIn(api, readCredentials(body), contextOf(request));
          return handOver(tokens, request, set);
        },
        { response: TokensView },
      )
      .post(
        "/refresh",
        async ({ body, request, set }) => {
          const token = readRefreshToken(body) ?? refreshTokenIn(request.headers);
          if (token === undefined) throw invalidRefreshToken();
          return handOver(await refresh(api, token), request, set);
        },
        { response: TokensView },
      )
      .post(
        "/logout",
        async ({ body, request, set }) => {
          const token = readRefreshToken(body) ?? refreshTokenIn(request.headers);
          if (token !== undefined) await closeSession(api.db, token);
          if (isBrowser(request.headers)) set.headers["set-cookie"] = cookiesGone(cookies);
          return { message: "success" } as const;
        },
        { response: DoneView },
      )
  );
};

/** What a handler may set of its answer's headers. */
interface ResponseHeaders {
  readonly headers: Record<string, string | string[] | number | undefined>;
}
