import { sql } from "drizzle-orm";
import { Gauge, type Registry } from "prom-client";
import { sharedRead } from "../metrics.ts";
import type { Database } from "../postgres.ts";
import { postgresOutbox } from "./postgres-outbox.ts";
import { exportRepairMetrics } from "./repair-metrics.ts";
import { deadLetters, lanes, parked } from "./tables.ts";

/** More pending messages than this are not counted one by one. */
const backlogCountMax = 100_000;

/**
 * Exports what an operator watches of the core: the backlog and its age, what is parked, dead or
 * stuck. Read from the database when scraped, so that every replica tells the same.
 */
export function exportMessagingMetrics(
  registry: Registry,
  db: Database,
  isLeading: () => boolean,
): void {
  exportRepairMetrics(registry, db);
  const registers = [registry];
  const outbox = postgresOutbox(db);
  const backlog = sharedRead(() => outbox.backlog(backlogCountMax));
  new Gauge({
    name: "outbox_oldest_pending_seconds",
    help: "Age of the oldest message that the broker has not acknowledged.",
    registers,
    async collect() {
      this.set((await backlog()).oldestMs / 1000);
    },
  });
  new Gauge({
    name: "outbox_pending_messages",
    help: `Messages that the broker has not acknowledged, counted up to ${backlogCountMax}.`,
    registers,
    async collect() {
      this.set((await backlog()).count);
    },
  });
  new Gauge({
    name: "relay_leading",
    help: "1 on the replica that relays the outbox.",
    registers,
    collect() {
      this.set(isLeading() ? 1 : 0);
    },
  });

  const consumers = sharedRead(() => held(db));
  for (const { name, help, column } of consumerGauges) {
    new Gauge({
      name,
      help,
      labelNames: ["consumer"] as const,
      registers,
      async collect() {
        const rows = await consumers();
        this.reset();
        for (const row of rows) this.set({ consumer: row.consumer }, Number(row[column]));
      },
    });
  }
}

const consumerGauges: readonly {
  readonly name: string;
  readonly help: string;
  readonly column: keyof Held & string;
}[] = [
  {
    name: "consumer_parked_messages",
    help: "Messages that wait for their turn or for another attempt.",
    column: "parked",
  },
  {
    name: "consumer_oldest_parked_seconds",
    help: "Age of the oldest parked message.",
    column: "parked_age",
  },
  {
    name: "consumer_stuck_lanes",
    help: "Lanes that wait for a version which the stream no longer has.",
    column: "stuck",
  },
  {
    name: "consumer_lanes_behind",
    help: "Lanes that left messages in the stream because they hold as many as they may.",
    column: "behind",
  },
  {
    name: "consumer_dead_letters",
    help: "Dead letters that nobody has dealt with.",
    column: "dead",
  },
  {
    name: "consumer_oldest_dead_letter_seconds",
    help: "Age of the oldest dead letter that nobody has dealt with.",
    column: "dead_age",
  },
];

interface Held extends Record<string, string> {
  readonly consumer: string;
  readonly dead: string;
  readonly dead_age: string;
  readonly parked: string;
  readonly parked_age: string;
  readonly stuck: string;
  readonly behind: string;
}

async function held({ q }: Database): Promise<readonly Held[]> {
  return q.execute<Held>(sql`
    with dead as (
      select consumer, count(*) as count, extract(epoch from now() - min(created_at)) as age
      from ${deadLetters} where state = 'dead' group by consumer
    ), waiting as (
      select consumer, count(*) as count, extract(epoch from now() - min(parked_at)) as age
      from ${parked} group by consumer
    ), stuck as (
      select consumer, count(*) filter (where stuck and not blocked) as count,
        count(*) filter (where behind) as behind
      from ${lanes} where waiting > 0 or behind group by consumer
    )
    select consumer, coalesce(dead.count, 0) as dead, coalesce(dead.age, 0) as dead_age,
      coalesce(waiting.count, 0) as parked, coalesce(waiting.age, 0) as parked_age,
      coalesce(stuck.count, 0) as stuck, coalesce(stuck.behind, 0) as behind
    from dead full join waiting using (consumer) full join stuck using (consumer)`);
}
