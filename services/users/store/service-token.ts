import { mintToken } from "@app/platform/access-token.ts";
import { Refusal } from "@app/platform/errors.ts";
import { appendToAudit } from "@app/platform/messaging/audit.ts";
import { SERVICE_SUBJECT_PREFIX } from "@app/platform/token-claims.ts";
import { keepAccepted } from "./signing-keys.ts";
import { type Operator, requireStillOperator } from "./still-operator.ts";
import type { UsersApi } from "./users-api.ts";

export interface ServiceTokenRequest extends Operator {
  /** Which service it is for: `orders` and so on. */
  readonly service: string;
  readonly seconds: number;
}

const TRIES_MAX = 2;

/**
 * Makes a token by which a service calls another. It lives longer than a person's, so its key is
 * kept accepted for as long, through rotations. It cannot be taken back but by giving up its key.
 * Audited; the token itself is written nowhere.
 */
export async function mintServiceToken(
  { db, keys, clock }: UsersApi,
  { service, seconds, actor, keyId }: ServiceTokenRequest,
): Promise<string> {
  const subject = `${SERVICE_SUBJECT_PREFIX}${service}`;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const signer = await keys.signer();
    const kept = await db.transaction(async (tx) => {
      await requireStillOperator(tx.q, { actor, keyId });
      if (!(await keepAccepted(tx, signer.kid, seconds))) return false;
      const detail = { seconds, kid: signer.kid };
      await appendToAudit(tx.q, { actor, action: "mint service token", target: subject, detail });
      return true;
    });
    if (kept)
      return mintToken(signer, { subject, roles: ["service"] }, { now: clock.now(), seconds });
    // Its key was given up a moment ago.
    keys.forget();
  }
  throw new Refusal("unavailable", "no_signing_key", "no key to sign with");
}
