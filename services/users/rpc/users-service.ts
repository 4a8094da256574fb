import { TokensSchema, type UsersService } from "@app/contracts/gen/users/v1/users_service_pb.ts";
import { rpcRequest } from "@app/platform/rpc-context.ts";
import { create } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
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
import { toProto } from "./user-proto.ts";

/** The contract's comments live in `users_service.proto`; this file only says how each call is met. */
export const usersService = (api: UsersApi): ServiceImpl<typeof UsersService> => ({
  async register({ name, email, password }, context) {
    const wanted = readRegistration({ name, email, password });
    return { user: toProto(await register(api, wanted, requestOf(context))) };
  },

  async login({ email, password }, context) {
    const credentials = readCredentials({ email, password });
    return { tokens: tokensOf(await signIn(api, credentials, requestOf(context))) };
  },

  async refresh(request) {
    const token = readRefreshToken({ refreshToken: request.refreshToken });
    if (token === undefined) throw invalidRefreshToken();
    return { tokens: tokensOf(await refresh(api, token)) };
  },

  async logout(request) {
    const token = readRefreshToken({ refreshToken: request.refreshToken });
    if (token !== undefined) await closeSession(api.db, token);
    return {};
  },

  async getMe(_request, context) {
    return { user: toProto(await findUser(api.db, callerOf(context))) };
  },

  async updateMe({ name, password, currentPassword }, context) {
    const change = readUserChange({ name, password, currentPassword });
    const { address, signal } = requestOf(context);
    const wanted = { ...change, address, signal };
    return { user: toProto(await changeOwnUser(api, callerOf(context), wanted)) };
  },

  async deleteMe({ password }, context) {
    const { address, signal } = requestOf(context);
    const proof = { password: readDeletion({ password }), address, signal };
    await deleteOwnUser(api, callerOf(context), proof);
    return {};
  },
});

const requestOf = ({ values }: HandlerContext) => values.get(rpcRequest);

const callerOf = (context: HandlerContext) => ownId(requestOf(context).caller);

function tokensOf({ token, expiresIn, refreshToken }: Tokens) {
  return create(TokensSchema, { token, expiresIn, refreshToken });
}
