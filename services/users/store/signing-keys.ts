import { newSigningKey } from "@app/platform/access-token.ts";
import { appendToAudit } from "@app/platform/messaging/audit.ts";
import type { Database, Queries, Transaction } from "@app/platform/postgres.ts";
import type { Seal } from "@app/platform/sealed.ts";
import { ACCESS_TOKEN_SECONDS } from "@app/platform/token-claims.ts";
import { and, eq, lte, sql } from "drizzle-orm";
import { type KeyLife, planRotation, type Rotation, signingKeyAt } from "../domain/signing-key.ts";
import { type Operator, requireStillOperator } from "./still-operator.ts";
import { isAcceptedKey, signingKeys } from "./tables.ts";

/** A key as it is stored: its private half is sealed. */
export interface StoredKey extends KeyLife {
  readonly x: string;
  readonly sealed: Uint8Array;
}

/** The keys that are accepted, and the database's time when they were read. */
export interface StoredKeys {
  readonly keys: readonly StoredKey[];
  readonly now: Date;
}

/**
 * A new key is only published for this long. Verifiers read the keys again every minute, so that all
 * of them know it before it signs.
 */
const LEAD_MS = 120_000;
/** An ordinary token's life, and a minute for clocks that differ and answers on their way. */
const OVERLAP_MS = ACCESS_TOKEN_SECONDS * 1_000 + 60_000;

export async function readKeys({ q }: Database): Promise<StoredKeys> {
  const rows = await q.select(columns).from(signingKeys).where(isAcceptedKey);
  const now = rows[0]?.now ?? new Date(0);
  return { keys: rows.map(keyOf), now };
}

/** Makes the first key of a new database. Of many replicas that start at once, one makes it. */
export function requireSigningKey(db: Database, seal: Seal): Promise<void> {
  return db.transaction(async (tx) => {
    const { keys, now } = await lockedKeys(tx);
    if (signingKeyAt(keys, now)) return;
    await insertKey(tx.q, { seal, now, signsFrom: now });
  });
}

export interface RotateRequest extends Operator {
  /** Somebody else may have the old keys: they end at once, and everything they signed with them. */
  readonly compromised: boolean;
  readonly leadMs?: number;
}

export interface RotatedKeys extends Rotation {
  readonly kid: string;
}

/** Begins the change to a new key, as `planRotation` has it. Audited. */
export function rotateKeys(
  db: Database,
  seal: Seal,
  { actor, keyId, compromised, leadMs = LEAD_MS }: RotateRequest,
): Promise<RotatedKeys> {
  return db.transaction(async (tx) => {
    await requireStillOperator(tx.q, { actor, keyId });
    const { keys, now } = await lockedKeys(tx);
    const plan = planRotation(keys, now, { leadMs, overlapMs: OVERLAP_MS, compromised });
    for (const { kid, verifiesUntil } of plan.ending) {
      await tx.q.update(signingKeys).set({ verifiesUntil }).where(eq(signingKeys.kid, kid));
    }
    const kid = await insertKey(tx.q, { seal, now, signsFrom: plan.signsFrom });
    const detail = { signsFrom: plan.signsFrom.toISOString(), compromised };
    await appendToAudit(tx.q, { actor, action: "rotate keys", target: `key/${kid}`, detail });
    return { ...plan, kid };
  });
}

/**
 * Promises that a key is accepted for as long as a token of this many seconds needs, whatever
 * rotation comes. False when the key has ended, so that it must sign nothing any more.
 */
export async function keepAccepted(
  { q }: Database,
  kid: string,
  seconds: number,
): Promise<boolean> {
  const until = sql`now() + make_interval(secs => ${seconds})`;
  const { tokensUntil, verifiesUntil } = signingKeys;
  const kept = await q
    .update(signingKeys)
    .set({
      tokensUntil: sql`greatest(${tokensUntil}, ${until})`,
      verifiesUntil: sql`case when ${verifiesUntil} is not null then greatest(${verifiesUntil}, ${until}) end`,
    })
    .where(and(eq(signingKeys.kid, kid), isAcceptedKey))
    .returning({ kid: signingKeys.kid });
  return kept.length > 0;
}

/** Removes keys that nobody accepts any more. */
export async function deleteEndedKeys({ q }: Database): Promise<void> {
  await q.delete(signingKeys).where(lte(signingKeys.verifiesUntil, sql`now()`));
}

const columns = {
  kid: signingKeys.kid,
  x: signingKeys.publicKey,
  sealed: signingKeys.sealedPrivateKey,
  signsFrom: signingKeys.signsFrom,
  tokensUntil: signingKeys.tokensUntil,
  verifiesUntil: signingKeys.verifiesUntil,
  now: sql`now()`.mapWith(signingKeys.createdAt),
};

/** Nobody else makes or ends a key until the transaction is over. */
async function lockedKeys(tx: Transaction): Promise<StoredKeys> {
  await tx.q.execute(sql`lock table ${signingKeys} in share row exclusive mode`);
  // After the lock, so that no key of somebody who was faster begins later than this.
  const [time] = await tx.q.execute<{ now: string }>(sql`select clock_timestamp() as now`);
  const rows = await tx.q.select(columns).from(signingKeys).where(isAcceptedKey);
  return { keys: rows.map(keyOf), now: new Date(String(time?.now)) };
}

type KeyRow = Omit<StoredKey, "verifiesUntil"> & { readonly verifiesUntil: Date | null };

function keyOf({ kid, x, sealed, signsFrom, tokensUntil, verifiesUntil }: KeyRow): StoredKey {
  return { kid, x, sealed, signsFrom, tokensUntil, verifiesUntil: verifiesUntil ?? undefined };
}

async function insertKey(
  q: Queries,
  { seal, now, signsFrom }: { readonly seal: Seal; readonly now: Date; readonly signsFrom: Date },
): Promise<string> {
  const { kid, x, privateBytes } = await newSigningKey();
  await q.insert(signingKeys).values({
    kid,
    publicKey: x,
    sealedPrivateKey: seal.close(privateBytes, kid),
    createdAt: now,
    signsFrom,
    tokensUntil: signsFrom,
  });
  return kid;
}
