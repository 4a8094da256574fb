import { sql } from "drizzle-orm";
import { Refusal } from "../errors.ts";
import type { Database } from "../postgres.ts";
import { within } from "../within.ts";
import type { Inspected } from "./messaging.ts";
import type { ConsumersView } from "./ops-views.ts";
import { deadLetters, lanes, parked } from "./tables.ts";

type ConsumerView = ConsumersView["consumers"][number];

/** How far each durable of the service is, by the broker's word and by the database's. */
export async function showConsumers(inspected: Inspected): Promise<ConsumersView> {
  const { db, consumers } = inspected;
  return {
    consumers: await Promise.all(
      consumers.map(
        async ({ consumer, durable, stream, order }): Promise<ConsumerView> => ({
          consumer,
          stream,
          order,
          ...(await brokersWord(inspected, { durable, stream })),
          ...(await held(db, consumer)),
        }),
      ),
    ),
  };
}

const durableWithinMs = 600;

/** Refuses a name that no consumer has: a misspelt one would read like good news, such as no dead letters. */
export const onlyKnown =
  (consumers: Inspected["consumers"]) =>
  <Filter extends { readonly consumer?: string | undefined }>(filter: Filter): Filter => {
    const names = consumers.map(({ consumer }) => consumer);
    if (filter.consumer === undefined || names.includes(filter.consumer)) return filter;
    const text = `unknown consumer, there is ${names.join(" and ")}`;
    throw new Refusal("invalid", "invalid_consumer", text);
  };

/** A broker that is away or slow is what an operator wants to read about, not a reason to fail. */
async function brokersWord(
  { broker, problemOf }: Inspected,
  { durable, stream }: { readonly durable: string; readonly stream: string },
): Promise<Pick<ConsumerView, "broker" | "problem">> {
  if (!broker.connected()) return { broker: null, problem: "not connected to the broker" };
  try {
    const asked = broker.durableState(stream, durable);
    const state = await within(asked, durableWithinMs, "the broker does not answer");
    if (!state) return { broker: null, problem: `there is no durable ${durable} on ${stream}` };
    const { ackFloor, pending, unacknowledged, redelivered, pulls } = state;
    // Whoever has as much in hand as it may pulls no more until some of it is done.
    const isIdle = pulls === 0 && unacknowledged === 0;
    return {
      broker: { ackFloor, pending, unacknowledged, redelivered, pulls },
      problem: isIdle ? "nobody is pulling" : await problemOf(`consumer ${stream}`),
    };
  } catch (error) {
    return { broker: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

type Held = Omit<ConsumerView, "consumer" | "stream" | "order" | "broker" | "problem">;

/** What one consumer has in its database. Parked messages are bounded, dead letters are few. */
async function held({ q }: Database, consumer: string): Promise<Held> {
  const ageMs = (since: unknown) =>
    sql`round(extract(epoch from clock_timestamp() - min(${since})) * 1000)`;
  const [row] = await q.execute<Record<keyof Held, string | null>>(sql`
    select
      (select count(*) from ${parked} where ${parked.consumer} = ${consumer}) as "parked",
      (select ${ageMs(parked.parkedAt)} from ${parked}
        where ${parked.consumer} = ${consumer}) as "oldestParkedAgeMs",
      (select count(*) from ${lanes} where ${lanes.consumer} = ${consumer} and ${lanes.blocked}
        and ${lanes.key} in (select d.key from ${deadLetters} d
          where d.consumer = ${consumer} and d.state = 'dead')) as "blockedLanes",
      (select count(*) from ${lanes} where ${lanes.consumer} = ${consumer} and ${lanes.stuck}
        and ${lanes.waiting} > 0 and not ${lanes.blocked}) as "stuckLanes",
      (select count(*) from ${deadLetters}
        where ${deadLetters.consumer} = ${consumer} and ${deadLetters.state} = 'dead') as "dead",
      (select ${ageMs(deadLetters.createdAt)} from ${deadLetters}
        where ${deadLetters.consumer} = ${consumer}
          and ${deadLetters.state} = 'dead') as "oldestDeadAgeMs"`);
  const age = (text: string | null | undefined) =>
    text == null ? null : Math.max(0, Number(text));
  return {
    parked: Number(row?.parked ?? 0),
    oldestParkedAgeMs: age(row?.oldestParkedAgeMs),
    blockedLanes: Number(row?.blockedLanes ?? 0),
    stuckLanes: Number(row?.stuckLanes ?? 0),
    dead: Number(row?.dead ?? 0),
    oldestDeadAgeMs: age(row?.oldestDeadAgeMs),
  };
}
