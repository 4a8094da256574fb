import { bytea, instant } from "@app/platform/messaging/tables.ts";
import { sql } from "drizzle-orm";
import { bigint, check, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { UserRole } from "../domain/user.ts";

/** One row per account. Its address is unique by the form that all its spellings share. */
export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    email: text("email").notNull(),
    emailKey: text("email_key").notNull(),
    /** argon2id in PHC form. */
    passwordHash: text("password_hash").notNull(),
    roles: text("roles").array().$type<readonly UserRole[]>().notNull(),
    /** Messages announced about it. */
    version: bigint("version", { mode: "number" }).notNull(),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [
    unique("users_email_unique").on(t.emailKey),
    index("users_newest").on(t.createdAt, t.id),
    index("users_operators").on(t.id).where(sql`${t.roles} @> array['operator']`),
    check("users_name_length", sql`char_length(${t.name}) between 1 and 128`),
    check("users_email_length", sql`char_length(${t.emailKey}) between 3 and 254`),
    check("users_password_is_argon2id", sql`${t.passwordHash} like '$argon2id$%'`),
    check(
      "users_roles_known",
      sql`${t.roles} <@ array['customer', 'operator', 'organiser', 'viewer']`,
    ),
    check("users_version_positive", sql`${t.version} >= 1`),
  ],
);

/** As the index of the few operators is written. */
export const isOperator = sql`${users.roles} @> array['operator']`;

/**
 * One row per sign-in, which is what the family of its refresh tokens comes from. Tokens are kept as
 * hashes: the newest, and the one before it, which gives the same successor for a while. Older ones
 * are recognised by their mark, see `refresh-token.ts`.
 */
export const sessions = pgTable(
  "sessions",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** What marks and successors of its tokens are made with. */
    secret: bytea("secret").notNull(),
    tokenHash: bytea("token_hash").notNull(),
    tokenHashBefore: bytea("token_hash_before"),
    rotatedAt: instant("rotated_at"),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
    revokedAt: instant("revoked_at"),
    /** `logged out`, `token reused`, `password changed` or `by an operator`. */
    revokedBecause: text("revoked_because"),
  },
  (t) => [
    index("sessions_user").on(t.userId),
    index("sessions_expiry").on(t.expiresAt),
    check("sessions_rotated_whole", sql`(${t.tokenHashBefore} is null) = (${t.rotatedAt} is null)`),
    check("sessions_revoked_whole", sql`(${t.revokedAt} is null) = (${t.revokedBecause} is null)`),
  ],
);

/** Failed sign-ins and registrations of a while, by whom they are counted for, which is hashed. */
export const attempts = pgTable(
  "sign_in_attempts",
  {
    scope: bytea("scope").primaryKey(),
    count: integer("count").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [
    index("sign_in_attempts_expiry").on(t.expiresAt),
    check("sign_in_attempts_not_negative", sql`${t.count} >= 0`),
  ],
);

/** The keys that tokens are signed with. The private half is sealed with a secret that is not here. */
export const signingKeys = pgTable(
  "signing_keys",
  {
    /** The RFC 7638 thumbprint of the public half. */
    kid: text("kid").primaryKey(),
    /** The 32 bytes of an Ed25519 key, base64url, as the `x` of a JWK. */
    publicKey: text("public_key").notNull(),
    sealedPrivateKey: bytea("sealed_private_key").notNull(),
    createdAt: instant("created_at").notNull(),
    signsFrom: instant("signs_from").notNull(),
    tokensUntil: instant("tokens_until").notNull(),
    verifiesUntil: instant("verifies_until"),
  },
  (t) => [check("signing_keys_public_length", sql`char_length(${t.publicKey}) = 43`)],
);

/**
 * Whether what a key signed still counts. By the moment in which it is asked: a transaction's own
 * time may lie before a key was given up while the transaction waited.
 */
export const isAcceptedKey = sql`(${signingKeys.verifiesUntil} is null or ${signingKeys.verifiesUntil} > clock_timestamp())`;
