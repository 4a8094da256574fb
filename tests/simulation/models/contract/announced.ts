import { outbox, outboxSent } from "@app/platform/messaging/tables.ts";
import type { Pool } from "@app/platform/postgres.ts";
import { messagingTables } from "../messaging-tables.ts";
import type { ModelServer } from "../model-server.ts";

/** What is comparable of a message: ids drawn at random are not. */
export interface Announced {
  readonly key: string;
  readonly version: number;
  readonly subject: string;
  readonly createdAt: Date;
}

export async function announcedIn({ q }: Pool): Promise<readonly Announced[]> {
  return comparable([...(await q.select().from(outbox)), ...(await q.select().from(outboxSent))]);
}

export function announcedInModel(server: ModelServer): readonly Announced[] {
  const tables = messagingTables(server);
  return comparable([...tables.outbox.committed.values(), ...tables.sent.committed.values()]);
}

function comparable(rows: readonly (Announced & { readonly id: number })[]): readonly Announced[] {
  return rows
    .toSorted((a, b) => a.id - b.id)
    .map(({ key, version, subject, createdAt }) => ({ key, version, subject, createdAt }));
}
