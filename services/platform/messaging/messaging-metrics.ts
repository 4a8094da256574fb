import { sql } from "drizzle-orm";
import { Gauge, type Registry } from "prom-client";
import type { Database } from "../postgres.ts";
import { postgresOutbox } from "./postgres-outbox.ts";
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
  const outbox = postgresOutbox(db);
  const registers = [registry];
  const oldest = new Gauge({
    name: "outbox_oldest_pending_seconds",
    help: "Age of the oldest message that the broker has not acknowledged.",
    registers,
  });
  new Gauge({
    name: "outbox_pending_messages",
    help: `Messages that the broker has not acknowledged, counted up to ${backlogCountMax}.`,
    registers,
    async collect() {
      const { count, oldestMs } = await outbox.backlog(backlogCountMax);
      this.set(count);
      oldest.set(oldestMs / 1000);
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

  const labelNames = ["consumer"] as const;
  const parkedMessages = new Gauge({
    name: "consumer_parked_messages",
    help: "Messages that wait for their turn or for another attempt.",
    labelNames,
    registers,
  });
  const stuckLanes = new Gauge({
    name: "consumer_stuck_lanes",
    help: "Lanes that wait for a version which the stream no longer has.",
    labelNames,
    registers,
  });
  const lanesBehind = new Gauge({
    name: "consumer_lanes_behind",
    help: "Lanes that left messages in the stream because they hold as many as they may.",
    labelNames,
    registers,
  });
  const parkedAge = new Gauge({
    name: "consumer_oldest_parked_seconds",
    help: "Age of the oldest parked message.",
    labelNames,
    registers,
  });
  const deadAge = new Gauge({
    name: "consumer_oldest_dead_letter_seconds",
    help: "Age of the oldest dead letter that nobody has dealt with.",
    labelNames,
    registers,
  });
  new Gauge({
    name: "consumer_dead_letters",
    help: "Dead letters that nobody has dealt with.",
    labelNames,
    registers,
    async collect() {
      for (const gauge of [this, parkedMessages, stuckLanes, lanesBehind, parkedAge, deadAge]) {
        gauge.reset();
      }
      for (const row of await held(db)) {
        const { consumer } = row;
        this.set({ consumer }, Number(row.dead));
        deadAge.set({ consumer }, Number(row.dead_age));
        parkedMessages.set({ consumer }, Number(row.parked));
        parkedAge.set({ consumer }, Number(row.parked_age));
        stuckLanes.set({ consumer }, Number(row.stuck));
        lanesBehind.set({ consumer }, Number(row.behind));
      }
    },
  });
}

interface Held extends Record<string, unknown> {
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
