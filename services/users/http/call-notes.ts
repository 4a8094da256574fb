import type { ServiceNotes } from "@app/platform/openapi/call-notes.ts";
import { z } from "zod";
import {
  RolesRequest,
  RotateRequest,
  ServiceTokenRequest,
  UsersRequest,
} from "./operator-requests.ts";
import { TokensView, UserView } from "./user-view.ts";

const email = z.string().max(254);
const password = z.string().min(8).max(200);

/** Read by `domain/sign-in-requests.ts`: a browser's token is in a cookie instead. */
const RefreshToken = z.object({ refreshToken: z.string().max(500).optional() });

const user = {
  id: "01900000-0000-7000-8000-600000000001",
  name: "Ada",
  email: "ada@example.com",
  roles: ["customer"],
  createdAt: "2026-01-01T12:00:00.000Z",
  updatedAt: "2026-01-01T12:00:00.000Z",
};
const secret = "correct horse battery";
const tokens = {
  message: "success",
  token: "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl",
  expiresIn: 600,
  refreshToken: "c29tZXRoaW5nIG9wYXF1ZQ",
};
const slow = { 429: "Too many attempts; `Retry-After` says when to try again." };
const unknown = { 404: "There is no such account." };

export const usersNotes: ServiceNotes = {
  title: "Accounts",
  description: "Who people are: accounts, sign-in, tokens and the keys that verify them.",
  schemas: { User: UserView, Tokens: TokensView },
  params: { id: "The account's id, or that of what the path is about." },
  calls: {
    "POST /api/register": {
      summary: "Make an account",
      body: z.object({ name: z.string().max(128), email, password }),
      example: { body: { name: "Ada", email: "ada@example.com", password: secret }, answer: user },
      answers: { 201: "The account is there.", 409: "The address has one.", ...slow },
    },
    "POST /api/login": {
      summary: "Sign in",
      description:
        "A browser (one that sends `Sec-Fetch-Site`) gets its tokens as cookies instead.",
      body: z.object({ email: z.string().max(1_000), password: z.string().max(200) }),
      example: { body: { email: "ada@example.com", password: secret }, answer: tokens },
      answers: { 401: "The address or the password is wrong; which is not said.", ...slow },
    },
    "POST /api/refresh": {
      summary: "Get a new token, and a new refresh token",
      description:
        "The old one is good for 10 s more, for lost answers; used later, it ends the session.",
      body: RefreshToken,
      example: { body: { refreshToken: tokens.refreshToken }, answer: tokens },
      answers: { 401: "The refresh token does not hold." },
    },
    "POST /api/logout": {
      summary: "End a session",
      body: RefreshToken,
      example: { body: { refreshToken: tokens.refreshToken }, answer: { message: "success" } },
    },
    "GET /api/me": { summary: "Show the caller's own account", example: { answer: user } },
    "PATCH /api/me": {
      summary: "Change one's name or password",
      body: z.object({
        name: z.string().max(128).optional(),
        password: password.describe("Needs `currentPassword`.").optional(),
        currentPassword: z.string().max(200).optional(),
      }),
      example: { body: { name: "Ada" }, answer: user },
      answers: { 403: "The current password is wrong.", ...slow },
    },
    "POST /api/me/delete": {
      summary: "Delete one's own account, for good",
      description:
        "Reviews and comments stay as a former customer's; orders and bookings stay as they are.",
      body: z.object({ password: z.string().max(200) }),
      example: { body: { password: secret } },
      answers: {
        204: "It is gone. Access tokens are good until they expire.",
        403: "The password is wrong.",
        409: "It is the last operator.",
        ...slow,
      },
    },
    "GET /.well-known/jwks.json": {
      summary: "Show the keys by which tokens are verified",
      answers: { 200: "A JSON Web Key Set." },
    },
    "GET /ops/v1/users": { summary: "List accounts", query: UsersRequest },
    "GET /ops/v1/users/:id": {
      summary: "Show an account",
      example: { answer: user },
      answers: unknown,
    },
    "POST /ops/v1/users/:id/roles": {
      summary: "Say which roles an account has",
      body: RolesRequest,
      example: { body: { roles: ["customer", "organiser"] } },
      answers: { 409: "It is the last operator.", ...unknown },
    },
    "POST /ops/v1/users/:id/end-sessions": {
      summary: "End all sessions of an account",
      answers: unknown,
    },
    "POST /ops/v1/service-tokens": {
      summary: "Mint a token for a service",
      body: ServiceTokenRequest,
      example: { body: { service: "orders", seconds: 3_600 } },
      answers: { 201: "The token, which is shown only here." },
    },
    "POST /ops/v1/keys/rotate": {
      summary: "Sign with a new key",
      description: "With `compromised` the old ones stop counting at once.",
      body: RotateRequest,
      example: { body: { compromised: false } },
    },
  },
};
