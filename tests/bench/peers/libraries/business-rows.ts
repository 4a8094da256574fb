import { Pool, type PoolClient } from "pg";
import { concurrency } from "../peer.ts";

const columns = "orders (id, user_id, note, status, sku, quantity, version, created_at)";
const values = "'ann', '', 'PENDING', 'burger', 1, 1, now()";

/** The order of which number `$1` is the id; the same row that the orders service writes. */
export const insertOrder = `insert into ${columns} values ($1::bigint, ${values})`;
export const insertOrders = `insert into ${columns} select id, ${values} from unnest($1::bigint[]) id`;

/** Fails for an order whose effect is there: for those who say that they deliver once. */
export const insertEffect = "insert into effects (order_id) values ($1::bigint)";
export const insertEffects = "insert into effects (order_id) select unnest($1::bigint[])";
/** For those who deliver at least once. */
export const insertEffectOnce = `${insertEffect} on conflict do nothing`;

/** A pool as big as everybody's. An error on an idle connection shows at its next use. */
export function openPgPool(databaseUrl: string, max = concurrency): Pool {
  const pool = new Pool({ connectionString: databaseUrl, max });
  pool.on("error", () => undefined);
  return pool;
}

export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    // Closed, not returned: whatever it was in the middle of ends with it.
    client.release(true);
    throw error;
  }
}

export async function countOf(pool: Pool, query: string): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(query);
  return Number(rows[0]?.count);
}
