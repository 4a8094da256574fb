import { asc, eq } from "drizzle-orm";
import type { Inspected } from "./messaging.ts";
import type { OutboxView } from "./ops-views.ts";
import { postgresOutbox } from "./postgres-outbox.ts";
import { brokerSeen, outbox, streamsSeen } from "./tables.ts";

/** Counting a long backlog to its end would take as long as the backlog is long. */
const countMax = 10_000;

/** What is committed and not yet with the broker, oldest first. */
export async function showOutbox(
  { db, broker }: Pick<Inspected, "db" | "broker">,
  { key, limit }: { readonly key?: string | undefined; readonly limit: number },
): Promise<OutboxView> {
  const { q } = db;
  const { count, oldestMs } = await postgresOutbox(db).backlog(countMax);
  const rows = await q
    .select({
      id: outbox.id,
      key: outbox.key,
      version: outbox.version,
      subject: outbox.subject,
      resent: outbox.resent,
      createdAt: outbox.createdAt,
    })
    .from(outbox)
    .where(key === undefined ? undefined : eq(outbox.key, key))
    .orderBy(asc(outbox.id))
    .limit(limit);
  const streams = await q.select().from(streamsSeen).orderBy(asc(streamsSeen.stream));
  const [seen] = await q.select().from(brokerSeen).limit(1);

  const nowMs = Date.now();
  return {
    backlog: { count, atLeast: count === countMax, oldestAgeMs: Math.max(0, Math.round(oldestMs)) },
    rows: rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      ageMs: Math.max(0, nowMs - row.createdAt.getTime()),
    })),
    streams: streams.map(({ stream, lastSequence, deleted, seenAt }) => ({
      stream,
      lastSequence,
      deleted,
      seenAt: seenAt.toISOString(),
    })),
    broker: { connected: broker.connected(), answeredAt: seen?.seenAt.toISOString() ?? null },
  };
}
