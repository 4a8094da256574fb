import { createHash } from "node:crypto";
import { networkOf } from "@app/platform/caller-address.ts";
import { Refusal } from "@app/platform/errors.ts";
import type { Database } from "@app/platform/postgres.ts";
import { inArray, type SQL, sql } from "drizzle-orm";
import { attempts } from "./tables.ts";

/** How many attempts count against whom before more are refused. */
export interface AttemptLimits {
  /** Failed sign-ins of one address of an account, in five minutes, known or not. */
  readonly failuresPerAccount: number;
  /** Failed sign-ins from one network address, in five minutes. */
  readonly failuresPerAddress: number;
  /** Registrations from one network address, in an hour. */
  readonly registrationsPerAddress: number;
}

const FAILURES_WINDOW_SECONDS = 5 * 60;
/** In the same time, however they end, where no more may fail: who knows a password has no claim to all the hashing there is. */
const SIGN_INS_PER_ACCOUNT = 300;
const REGISTRATIONS_WINDOW_SECONDS = 60 * 60;

interface Counted {
  readonly scope: Uint8Array;
  readonly max: number;
}

/** An attempt that counts as failed until something else is said of it. */
export interface Attempt {
  /** It succeeded: the account starts anew, and the network address has its attempt back. */
  forgive(): Promise<void>;
  /** It was not judged at all: it does not count. */
  takeBack(): Promise<void>;
}

/**
 * Counts an attempt to sign in before anything is looked at, so that many at once cannot all be the
 * first. It is counted alike for addresses that have an account and for those that have none.
 * Refuses when either has had its share; whoever is refused learns when it begins anew.
 */
export async function takeSignInAttempt(
  db: Database,
  of: { readonly emailKey: string; readonly address: string },
  { failuresPerAccount, failuresPerAddress }: AttemptLimits,
): Promise<Attempt> {
  const account = scopeOf("account", of.emailKey);
  const anyEnd = scopeOf("any end", of.emailKey);
  const address = scopeOf("sign-in", networkOf(of.address));
  // Whoever is refused is not counted: a network address that had its share cannot use up accounts'.
  await db.transaction((tx) =>
    count(tx, FAILURES_WINDOW_SECONDS, [
      { scope: account, max: failuresPerAccount },
      { scope: anyEnd, max: Math.max(SIGN_INS_PER_ACCOUNT, failuresPerAccount) },
      { scope: address, max: failuresPerAddress },
    ]),
  );
  const back = sql`greatest(${attempts.count} - 1, 0)`;
  const ofAccount = sql`${attempts.scope} = ${sql.param(account, attempts.scope)}`;
  return {
    forgive: () =>
      recount(db, [account, address], sql`case when ${ofAccount} then 0 else ${back} end`),
    takeBack: () => recount(db, [account, anyEnd, address], back),
  };
}

/** Counts a registration, whatever becomes of it: its refusal tells that an address is taken. */
export function takeRegistrationAttempt(
  db: Database,
  address: string,
  { registrationsPerAddress: max }: AttemptLimits,
): Promise<void> {
  const scope = scopeOf("registration", networkOf(address));
  return count(db, REGISTRATIONS_WINDOW_SECONDS, [{ scope, max }]);
}

async function count(
  { q }: Database,
  windowSeconds: number,
  counted: readonly Counted[],
): Promise<void> {
  const expiresAt = sql`now() + make_interval(secs => ${windowSeconds})`;
  const isOver = sql`${attempts.expiresAt} <= now()`;
  // In one order, so that two who count the same pair wait for each other and do not block.
  const rows = counted
    .toSorted((a, b) => Buffer.compare(a.scope, b.scope))
    .map(({ scope }) => ({ scope, count: 1, expiresAt }));
  const found = await q
    .insert(attempts)
    .values(rows)
    .onConflictDoUpdate({
      target: attempts.scope,
      set: {
        // It never ends when nobody can be refused any more: the number has an end too.
        count: sql`case when ${isOver} then 1 else least(${attempts.count} + 1, 1000000) end`,
        expiresAt: sql`case when ${isOver} then excluded.expires_at else ${attempts.expiresAt} end`,
      },
    })
    .returning({
      scope: attempts.scope,
      count: attempts.count,
      seconds: sql<number>`ceil(extract(epoch from ${attempts.expiresAt} - now()))::int`,
    });
  const waits = found.flatMap(({ scope, count, seconds }) => {
    const max = counted.find((one) => Buffer.compare(one.scope, scope) === 0)?.max ?? 0;
    return count > max ? [seconds] : [];
  });
  if (waits.length > 0) throw tooManyAttempts(Math.max(1, ...waits));
}

async function recount(
  { q }: Database,
  scopes: readonly Uint8Array[],
  newCount: SQL,
): Promise<void> {
  // Locked in the order in which they are counted.
  const locked = q
    .select({ scope: attempts.scope })
    .from(attempts)
    .where(inArray(attempts.scope, [...scopes]))
    .orderBy(attempts.scope)
    .for("update");
  await q.update(attempts).set({ count: newCount }).where(inArray(attempts.scope, locked));
}

/** Strangers' addresses are not kept, and a scope has one length whatever is sent. */
function scopeOf(kind: string, whom: string): Uint8Array {
  return createHash("sha256").update(`${kind}\n${whom}`).digest();
}

function tooManyAttempts(retryAfterSeconds: number): Refusal {
  return new Refusal("limited", "too_many_attempts", "too many attempts", { retryAfterSeconds });
}
