import type { AccessTable } from "@app/platform/auth-rules.ts";

/** Who may make each call of users; the account that is shown and changed is always the caller's own. */
export const usersAccess: AccessTable = {
  "POST /api/register": "public",
  "POST /api/login": "public",
  "POST /api/refresh": "public",
  "POST /api/logout": "public",
  "GET /api/me": "signed in",
  "PATCH /api/me": "signed in",
  "POST /api/me/delete": "signed in",
  "GET /.well-known/jwks.json": "public",
  "GET /ops/v1/users": "operator",
  "GET /ops/v1/users/:id": "operator",
  "POST /ops/v1/users/:id/roles": "operator",
  "POST /ops/v1/users/:id/end-sessions": "operator",
  "POST /ops/v1/service-tokens": "operator",
  "POST /ops/v1/keys/rotate": "operator",
  "users.v1.UsersService/Register": "public",
  "users.v1.UsersService/Login": "public",
  "users.v1.UsersService/Refresh": "public",
  "users.v1.UsersService/Logout": "public",
  "users.v1.UsersService/GetMe": "signed in",
  "users.v1.UsersService/UpdateMe": "signed in",
  "users.v1.UsersService/DeleteMe": "signed in",
};
