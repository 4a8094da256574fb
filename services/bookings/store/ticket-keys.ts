import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Clock } from "@app/platform/clock.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { Seal } from "@app/platform/sealed.ts";
import { and, desc, eq, sql } from "drizzle-orm";
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
  /** The newest that signs. Makes the first one. */
  signing(): Promise<SigningKey>;
  verifying(kid: string): Promise<TicketPublicKey | undefined>;
  published(): Promise<readonly TicketPublicKey[]>;
}

interface StoredKey {
  readonly published: TicketPublicKey;
  /** Empty where the key signs no more. */
  readonly sealed: Uint8Array;
}

/** So long a key that was withdrawn may go on, and one that is new may wait. */
const FRESH_MS = 60_000;
/** A key that is not known may have been made by another replica; looking costs a query. */
const LOOK_AGAIN_MS = 5_000;
const KEYS_MAX = 100;

export interface TicketKeySettings {
  readonly db: Database;
  /** What the private halves are sealed with. */
  readonly seal: Seal;
  readonly clock: Clock;
}

/**
 * Reads the keys at most once a minute, and remembers them while the database is away. Two replicas
 * that find none make one each, and both verify: which of the two signs makes no difference. Signing
 * throws where the newest key was sealed with another secret; verifying needs none.
 */
export function ticketKeysIn({ db: { q }, seal, clock }: TicketKeySettings): TicketKeys {
  let known: readonly StoredKey[] = [];
  let opened: SigningKey | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  const look = async () => {
    lookedAtMs = clock.monotonicMs();
    const rows = await q
      .select()
      .from(ticketKeys)
      .orderBy(desc(ticketKeys.createdAt), desc(ticketKeys.kid))
      .limit(KEYS_MAX);
    known = rows.map(({ kid, publicKey, sealedPrivateKey }) => ({
      published: { kty: "OKP", crv: "Ed25519", x: publicKey, kid, alg: "EdDSA", use: "sig" },
      sealed: sealedPrivateKey,
    }));
  };

  const refresh = async () => {
    if (clock.monotonicMs() - lookedAtMs < FRESH_MS) return;
    await look().catch((error: unknown) => {
      if (known.length === 0) throw error;
    });
  };

  const newest = () => known.find(({ sealed }) => sealed.length > 0);

  const signing = async (): Promise<SigningKey> => {
    await refresh();
    if (!newest()) await look();
    if (!newest()) {
      await q.insert(ticketKeys).values(newKey(seal));
      await look();
    }
    const key = newest();
    if (!key) throw new Error("a ticket key was stored and is not there");
    if (opened?.kid !== key.published.kid) opened = openedKey(key, seal);
    return opened;
  };

  return {
    signing,
    async verifying(kid) {
      await refresh();
      const find = () => known.find(({ published }) => published.kid === kid)?.published;
      const found = find();
      if (found || clock.monotonicMs() - lookedAtMs < LOOK_AGAIN_MS) return found;
      await look();
      return find();
    },
    async published() {
      await signing();
      return known.map(({ published }) => published);
    },
  };
}

/** An Ed25519 key in PKCS #8 (RFC 8410) is as long as this, and a sealed one is longer. */
const PKCS8_BYTES = 48;

/** Seals what lies open from before keys were sealed. Safe with several starting at once. */
export async function sealOpenKeys({ db: { q }, seal }: Omit<TicketKeySettings, "clock">) {
  const isOpen = sql`octet_length(${ticketKeys.sealedPrivateKey}) = ${PKCS8_BYTES}`;
  for (const { kid, sealedPrivateKey } of await q.select().from(ticketKeys).where(isOpen))
    await q
      .update(ticketKeys)
      .set({ sealedPrivateKey: seal.close(sealedPrivateKey, kid) })
      .where(and(eq(ticketKeys.kid, kid), isOpen));
}

function openedKey({ published: { kid }, sealed }: StoredKey, seal: Seal): SigningKey {
  const key = Buffer.from(seal.open(sealed, kid));
  return { kid, privateKey: createPrivateKey({ key, format: "der", type: "pkcs8" }) };
}

function newKey(seal: Seal): typeof ticketKeys.$inferInsert {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { x } = publicKey.export({ format: "jwk" });
  if (x === undefined) throw new Error("an Ed25519 key has a public part");
  const kid = thumbprint(x);
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
  return { kid, publicKey: x, sealedPrivateKey: seal.close(pkcs8, kid) };
}

/** RFC 7638: the members that make the key, in this order, without spaces. */
function thumbprint(x: string): string {
  const members = JSON.stringify({ crv: "Ed25519", kty: "OKP", x });
  return createHash("sha256").update(members).digest("base64url");
}
