import type { Database, Queries, Transaction } from "@app/platform/postgres.ts";
import { and, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import { judgeRefresh, type RefreshVerdict, type ShownSession } from "../domain/session.ts";
import type { User } from "../domain/user.ts";
import {
  isMarkedBy,
  newSessionSecret,
  newTokenValue,
  type RefreshToken,
  readToken,
  successorOf,
  tokenHashOf,
  writeToken,
} from "./refresh-token.ts";
import { sessions, users } from "./tables.ts";
import { userColumns } from "./user-row.ts";

/** Why a session was ended before its time. */
export type RevokedBecause = "logged out" | "token reused" | "password changed" | "by an operator";

export interface OpenSession {
  readonly refreshToken: string;
  /** Until then it can be refreshed, in seconds from now. */
  readonly seconds: number;
}

/**
 * Begins a session: the first token of a new family. Gives undefined when the account no longer has
 * the password that was proved: a change of the password ends every session, also one that begins
 * at the same time.
 */
export function openSession(
  db: Database,
  proved: { readonly userId: string; readonly passwordHash: string },
  lifetimeMs: number,
): Promise<{ readonly user: User; readonly session: OpenSession } | undefined> {
  return db.transaction(async ({ q }) => {
    const [user] = await q
      .select(userColumns)
      .from(users)
      .where(and(eq(users.id, proved.userId), eq(users.passwordHash, proved.passwordHash)))
      .for("share");
    if (!user) return undefined;

    const id = Bun.randomUUIDv7();
    const secret = newSessionSecret();
    const value = newTokenValue();
    const seconds = Math.floor(lifetimeMs / 1_000);
    await q.insert(sessions).values({
      id,
      userId: user.id,
      secret,
      tokenHash: tokenHashOf(value),
      createdAt: sql`now()`,
      expiresAt: sql`now() + make_interval(secs => ${seconds})`,
    });
    await dropOldest(q, user.id);
    return { user, session: { refreshToken: writeToken(id, { secret, value }), seconds } };
  });
}

/** More devices than anybody has; without an end to it a script that signs in every minute fills the table. */
const SESSIONS_MAX = 1_000;

/** Whoever has too many sessions loses the oldest. One that is being refreshed is left for the next time. */
async function dropOldest(q: Queries, userId: string): Promise<void> {
  const tooMany = q
    .select({ id: sessions.id })
    .from(sessions)
    .where(eq(sessions.userId, userId))
    .orderBy(desc(sessions.id))
    .offset(SESSIONS_MAX)
    .for("update", { skipLocked: true });
  await q.delete(sessions).where(inArray(sessions.id, tooMany));
}

/** What became of a token that was shown. */
export type Refreshed =
  | { readonly outcome: "refreshed"; readonly user: User; readonly session: OpenSession }
  /** Two hold the session: it has been ended. */
  | { readonly outcome: "reused"; readonly userId: string; readonly sessionId: string }
  | { readonly outcome: "refused" };

/**
 * Takes a refresh token in turn for its successor. All who show tokens of one session wait for each
 * other here, so one token has one successor, however many ask at once and through however many
 * replicas. The clock is the database's.
 */
export function refreshSession(db: Database, text: string): Promise<Refreshed> {
  const token = readToken(text);
  if (token === undefined) return Promise.resolve({ outcome: "refused" });
  return db.transaction(async (tx) => {
    const [row] = await tx.q
      .select({ session: sessions, now: nowOfDatabase })
      .from(sessions)
      .where(eq(sessions.id, token.sessionId))
      .for("update");
    if (!row || !isMarkedBy(row.session.secret, token)) return { outcome: "refused" };

    const { session, now } = row;
    const verdict = judgeRefresh(shownSession(session, token), now);
    if (verdict === "over") return { outcome: "refused" };
    if (verdict === "reused") {
      await revokeSession(tx.q, session.id, "token reused");
      return { outcome: "reused", userId: session.userId, sessionId: session.id };
    }
    return goOn(tx, { session, token, verdict, now });
  });
}

type SessionRow = typeof sessions.$inferSelect;

async function goOn(
  tx: Transaction,
  of: {
    readonly session: SessionRow;
    readonly token: RefreshToken;
    readonly verdict: Extract<RefreshVerdict, "rotate" | "repeat">;
    readonly now: Date;
  },
): Promise<Refreshed> {
  const { session, token, verdict, now } = of;
  const { id, secret, userId, expiresAt } = session;
  const value = successorOf(secret, token.value);
  if (verdict === "rotate") {
    const rotated = {
      tokenHash: tokenHashOf(value),
      tokenHashBefore: session.tokenHash,
      rotatedAt: now,
    };
    await tx.q.update(sessions).set(rotated).where(eq(sessions.id, id));
  }
  const [user] = await tx.q.select(userColumns).from(users).where(eq(users.id, userId));
  if (!user) throw new Error(`session ${id} is of nobody`);
  const seconds = Math.max(0, Math.floor((expiresAt.getTime() - now.getTime()) / 1_000));
  const refreshToken = writeToken(id, { secret, value });
  return { outcome: "refreshed", user, session: { refreshToken, seconds } };
}

function shownSession(session: SessionRow, { value }: RefreshToken): ShownSession {
  const { expiresAt, revokedAt, rotatedAt, tokenHash, tokenHashBefore } = session;
  const hash = tokenHashOf(value);
  const isBefore = tokenHashBefore !== null && same(tokenHashBefore, hash);
  return {
    expiresAt,
    revokedAt: revokedAt ?? undefined,
    rotatedAt: rotatedAt ?? undefined,
    shown: same(tokenHash, hash) ? "newest" : isBefore ? "before it" : "older",
  };
}

/** Ends the session of a token, of whichever age. An unknown one changes nothing. */
export async function closeSession({ q }: Database, text: string): Promise<void> {
  const token = readToken(text);
  if (token === undefined) return;
  const [session] = await q
    .select({ secret: sessions.secret })
    .from(sessions)
    .where(eq(sessions.id, token.sessionId));
  if (!session || !isMarkedBy(session.secret, token)) return;
  await revokeSession(q, token.sessionId, "logged out");
}

/** Ends every session of an account, and says how many there were. */
export async function revokeSessionsOf(
  { q }: Database,
  userId: string,
  because: RevokedBecause,
): Promise<number> {
  const ended = await q
    .update(sessions)
    .set({ revokedAt: sql`now()`, revokedBecause: because })
    .where(
      and(
        eq(sessions.userId, userId),
        isNull(sessions.revokedAt),
        sql`${sessions.expiresAt} > now()`,
      ),
    )
    .returning({ id: sessions.id });
  return ended.length;
}

async function revokeSession(q: Queries, id: string, because: RevokedBecause): Promise<void> {
  await q
    .update(sessions)
    .set({ revokedAt: sql`now()`, revokedBecause: because })
    .where(and(eq(sessions.id, id), isNull(sessions.revokedAt)));
}

/** The same moment as `now()` in the statements of the transaction. */
const nowOfDatabase = sql`now()`.mapWith(sessions.createdAt);

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
