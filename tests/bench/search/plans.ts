import { randomMessageIds } from "@app/platform/messaging/message-ids.ts";
import type { Database, Transaction } from "@app/platform/postgres.ts";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

interface Statement {
  readonly text: string;
  readonly parameters: unknown[];
}

/** How the server answered each query that `work` sent, in the order in which it sent them. */
export async function plansOf(
  url: string,
  work: (db: Database) => Promise<unknown>,
): Promise<readonly string[]> {
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  const sent: Statement[] = [];
  const logQuery = (text: string, parameters: unknown[]) => void sent.push({ text, parameters });
  const q = drizzle(client, { logger: { logQuery } });
  // Queries are only asked: nothing is committed, announced or named.
  const asked: Transaction = {
    q,
    send: async ({ text, parametersOf }, values) => {
      sent.push({ text, parameters: parametersOf(values) });
      return [];
    },
    transaction: (inner) => inner(asked),
    beforeCommit: () => undefined,
    flush: async () => undefined,
    outboxWritten: () => undefined,
    afterCommit: () => undefined,
    messageIds: randomMessageIds,
  };
  try {
    await work(asked);
    const plans: string[] = [];
    for (const { text, parameters } of [...sent]) {
      if (!/^\s*select\b/i.test(text)) continue;
      const lines = await client.unsafe<{ "QUERY PLAN": string }[]>(
        `explain (analyze, buffers, costs off) ${text}`,
        parameters as never[],
      );
      plans.push(lines.map((line) => line["QUERY PLAN"]).join("\n"));
    }
    return plans;
  } finally {
    await client.end({ timeout: 5 });
  }
}
