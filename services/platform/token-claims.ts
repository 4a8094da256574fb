/** What the access tokens of this stack say: the users service mints by it, every service verifies by it. */

/** JWS algorithm, of the token and of its key alike: Ed25519 signatures, and nothing else. */
export const TOKEN_ALGORITHM = "EdDSA";

/** The curve of the one kind of key that may sign. */
export const TOKEN_CURVE = "Ed25519";

/** The header's `typ`. */
export const TOKEN_TYPE = "JWT";

/** The `iss` claim: who minted the token. */
export const TOKEN_ISSUER = "quickbite";

/** The `aud` claim: whom the token is meant for, which is every service of the stack. */
export const TOKEN_AUDIENCE = "quickbite";

/** From `iat` to `exp` of an access token, in seconds. */
export const ACCESS_TOKEN_SECONDS = 600;

/** How far the clocks of two machines may differ when `exp` and `nbf` are judged, in seconds. */
export const TOKEN_LEEWAY_SECONDS = 5;

/** Where the users service publishes its public keys. */
export const JWKS_PATH = "/.well-known/jwks.json";

/** The session cookie of browsers; it carries an access token. */
export const SESSION_COOKIE = "quickbite_session";

/** A service's own `sub` is this and its name; a person's is the user's UUID. */
export const SERVICE_SUBJECT_PREFIX = "service/";
