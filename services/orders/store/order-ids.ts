import { Refusal } from "@app/platform/errors.ts";
import type { Database } from "@app/platform/postgres.ts";
import { sql } from "drizzle-orm";

const DRAWN_AT_ONCE = 64;
const REFILL_BELOW = 32;
/** Callers that find the pool empty wait for the one refill under way, so many and no more. */
const WAITING_MAX = 10_000;

/** Ids for new orders, drawn ahead so that an order is still written in one round trip. */
export interface OrderIds {
  /** The next id: each is given once, and ascending within this process. Rejects when none can be drawn. */
  next(): Promise<bigint>;
}

interface Waiting {
  resolve(id: bigint): void;
  reject(error: unknown): void;
}

/**
 * Draws ids in lots of 64 and starts on the next lot in the background when half are used. Ids of a
 * lot that is never used up are gaps, which is why nothing pages or counts by id.
 */
export function orderIds(db: Database): OrderIds {
  const drawn: bigint[] = [];
  const waiting: Waiting[] = [];
  let drawing = false;

  async function draw(): Promise<void> {
    drawing = true;
    try {
      drawn.push(...(await drawIds(db)));
      for (const { resolve } of waiting.splice(0, drawn.length)) resolve(taken(drawn));
    } catch (error) {
      // Nobody waiting means that nobody needs it yet: whoever does next draws again.
      for (const { reject } of waiting.splice(0)) reject(error);
    } finally {
      drawing = false;
    }
    if (waiting.length > 0) void draw();
  }

  return {
    next: () => {
      // Those who came before and wait go first.
      const id = waiting.length === 0 ? drawn.shift() : undefined;
      if (drawn.length < REFILL_BELOW && !drawing) void draw();
      if (id !== undefined) return Promise.resolve(id);
      if (waiting.length >= WAITING_MAX)
        return Promise.reject(
          new Refusal("unavailable", "overloaded", "too many orders at once", {
            retryAfterSeconds: 1,
          }),
        );
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
  };
}

async function drawIds(db: Database): Promise<readonly bigint[]> {
  const rows = await db.q.execute<{ id: string }>(
    sql`select nextval('orders_id_seq') as id from generate_series(1, ${sql.raw(String(DRAWN_AT_ONCE))})`,
  );
  return rows.map(({ id }) => BigInt(id)).sort((a, b) => (a < b ? -1 : 1));
}

function taken(drawn: bigint[]): bigint {
  const id = drawn.shift();
  if (id === undefined) throw new Error("as many ids are taken as were drawn");
  return id;
}
