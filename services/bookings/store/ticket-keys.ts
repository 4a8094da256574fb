import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Clock } from "@app/platform/clock.ts";
import type { Database } from "@app/platform/postgres.ts";
import { desc } from "drizzle-orm";
import { ticketKeys } from "./tables.ts";

/** The type of our tickets, so that no other text signed with the key can be one. */
export const TYPE = "ticket+jwt";

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** A public key as a JWK (RFC 8037). */
export interface TicketPublicKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly x: string;
  readonly kid: string;
  readonly alg: "EdDSA";
  readonly use: "sig";
}

/** The keys of all replicas, kept in their database. */
export interface TicketKeys {
  /** The newest. Makes the first one. */
  signing(): Promise<SigningKey>;
  verifying(kid: string): Promise<TicketPublicKey | undefined>;
  published(): Promise<readonly TicketPublicKey[]>;
}

interface StoredKey extends SigningKey {
  readonly published: TicketPublicKey;
}

/** So long a key that was withdrawn may go on, and one that is new may wait. */
const FRESH_MS = 60_000;
/** A key that is not known may have been made by another replica; looking costs a query. */
const LOOK_AGAIN_MS = 5_000;
const KEYS_MAX = 100;

/**
 * Reads the keys at most once a minute, and remembers them while the database is away. Two replicas that find none make one each, and both verify:
 * which of the two signs makes no difference.
 */
export function ticketKeysIn({ q }: Database, clock: Clock): TicketKeys {
  let known: readonly StoredKey[] = [];
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const look = async () => {
    lookedAtMs = clock.monotonicMs();
    const rows = await q
      .select()
      .from(ticketKeys)
      .orderBy(desc(ticketKeys.createdAt), desc(ticketKeys.kid))
      .limit(KEYS_MAX);
    known = rows.map(({ kid, publicKey, privateKey }) => ({
      kid,
      privateKey: createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" }),
      published: { kty: "OKP", crv: "Ed25519", x: publicKey, kid, alg: "EdDSA", use: "sig" },
    }));
  };

  const refresh = async () => {
    if (clock.monotonicMs() - lookedAtMs < FRESH_MS) return;
    await look().catch((error: unknown) => {
      if (known.length === 0) throw error;
    });
  };

  const signing = async (): Promise<SigningKey> => {
    await refresh();
    if (known.length === 0) await look();
    if (known.length === 0) {
      await q.insert(ticketKeys).values(newKey());
      await look();
    }
    const [newest] = known;
    if (!newest) throw new Error("a ticket key was stored and is not there");
    return newest;
  };

  return {
    signing,
    async verifying(kid) {
      await refresh();
      const find = () => known.find((key) => key.kid === kid)?.published;
      const found = find();
      if (found || clock.monotonicMs() - lookedAtMs < LOOK_AGAIN_MS) return found;
      await look();
      return find();
    },
    async published() {
      await signing();
      return known.map((key) => key.published);
    },
  };
}

function newKey(): typeof ticketKeys.$inferInsert {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { x } = publicKey.export({ format: "jwk" });
  if (x === undefined) throw new Error("an Ed25519 key has a public part");
  return {
    kid: thumbprint(x),
    publicKey: x,
    privateKey: privateKey.export({ format: "der", type: "pkcs8" }),
  };
}

/** RFC 7638: the members that make the key, in this order, without spaces. */
function thumbprint(x: string): string {
  const members = JSON.stringify({ crv: "Ed25519", kty: "OKP", x });
  return createHash("sha256").update(members).digest("base64url");
}
