import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import { cursorAt, invalidCursor, placeOf } from "../cursor.ts";
import type { Database } from "../postgres.ts";
import type { LanesView, LaneView } from "./ops-views.ts";
import { deadLetters, lanes, parked } from "./tables.ts";

export interface LaneFilter {
  readonly consumer?: string | undefined;
  readonly state?: "blocked" | "waiting" | "stuck" | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** One page of the lanes that do not flow, by consumer and key. */
export async function listLanes(
  db: Database,
  { consumer, state, cursor, limit }: LaneFilter,
): Promise<LanesView> {
  const rows = await select(
    db,
    and(
      unwell,
      consumer === undefined ? undefined : eq(lanes.consumer, consumer),
      state === undefined ? undefined : inState[state],
      cursor === undefined ? undefined : after(placeOf(cursor)),
    ),
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    lanes: page,
    nextCursor: last ? cursorAt(`${last.consumer} ${last.key}`) : null,
  };
}

/** One lane, whatever its state; undefined when nothing of this key ever came. */
export async function findLane(
  db: Database,
  consumer: string,
  key: string,
): Promise<LaneView | undefined> {
  const [lane] = await select(db, and(eq(lanes.consumer, consumer), eq(lanes.key, key)), 1);
  return lane;
}

/**
 * The lanes that wait have an index of their own, and those that are blocked are known by their
 * dead letters: the many that flow are not read.
 */
const unwell = sql`(${lanes.consumer}, ${lanes.key}) in (
  select w.consumer, w.key from ${lanes} w where w.waiting > 0 and not w.blocked
  union
  select d.consumer, d.key from ${deadLetters} d where d.state = 'dead' and d.key is not null
) and (${lanes.waiting} > 0 or ${lanes.blocked})`;

const inState = {
  blocked: sql`${lanes.blocked}`,
  stuck: sql`${lanes.stuck} and not ${lanes.blocked}`,
  waiting: sql`${lanes.waiting} > 0 and not ${lanes.stuck} and not ${lanes.blocked}`,
} as const satisfies Record<string, SQL>;

async function select(
  { q }: Database,
  where: SQL | undefined,
  limit: number,
): Promise<readonly LaneView[]> {
  // Written apart: in the columns of a select Drizzle leaves out the tables' names.
  const ofLane = (held: typeof parked | typeof deadLetters) =>
    sql`${held.consumer} = ${lanes.consumer} and ${held.key} = ${lanes.key}`;
  const lowest = sql`select min(${parked.version}) from ${parked} where ${ofLane(parked)}`;
  const oldest = sql`select min(${parked.parkedAt}) from ${parked} where ${ofLane(parked)}`;
  const blocking = sql`select ${deadLetters.id} from ${deadLetters} where ${ofLane(deadLetters)}
    and ${deadLetters.version} = ${lanes.version} + 1 and ${deadLetters.state} = 'dead'`;
  const rows = await q
    .select({
      consumer: lanes.consumer,
      key: lanes.key,
      version: lanes.version,
      blocked: lanes.blocked,
      stuck: lanes.stuck,
      waiting: lanes.waiting,
      behind: lanes.behind,
      movedAt: lanes.movedAt,
      lowestParked: sql<string | null>`(${lowest})`,
      oldestParkedAt: sql`(${oldest})`.mapWith(parked.parkedAt),
      deadLetterId: sql<string | null>`(${blocking})`,
    })
    .from(lanes)
    .where(where)
    .orderBy(asc(lanes.consumer), asc(lanes.key))
    .limit(limit);

  return rows.map(({ blocked, stuck, movedAt, oldestParkedAt, ...row }) => ({
    ...row,
    state: stateOf({ blocked, stuck, waiting: row.waiting }),
    movedAt: movedAt.toISOString(),
    lowestParked: row.lowestParked === null ? null : Number(row.lowestParked),
    oldestParkedAt: oldestParkedAt?.toISOString() ?? null,
    deadLetterId: row.deadLetterId === null ? null : Number(row.deadLetterId),
  }));
}

function stateOf(lane: {
  readonly blocked: boolean;
  readonly stuck: boolean;
  readonly waiting: number;
}): LaneView["state"] {
  if (lane.blocked) return "blocked";
  if (lane.stuck) return "stuck";
  return lane.waiting > 0 ? "waiting" : "idle";
}

/** Neither a consumer's name nor a key has a space in it. */
function after(place: string): SQL {
  const [consumer, key, more] = place.split(" ");
  if (consumer === undefined || key === undefined || more !== undefined) throw invalidCursor();
  return sql`(${lanes.consumer}, ${lanes.key}) > (${consumer}, ${key})`;
}
