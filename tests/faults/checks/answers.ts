import type { OpenWorld } from "../open-world.ts";

const RESTOCKED_SKU = "salad";

/** What customers were told against what is so. */
export async function brokenAnswers({
  sql,
  workload,
  overdue,
}: OpenWorld): Promise<readonly string[]> {
  const { orders, cancelled, reservations, restocked, complaints } = workload;
  const broken = [...complaints];

  const rows = await sql.orders<{ id: number; status: string; reason: string | null }[]>`
    select id::int as id, status, reason from orders`;
  for (const { id, reason } of rows)
    if (reason === "timed out" && !overdue.has(id)) broken.push(`order ${id} was timed out early`);
  const statuses = new Map(rows.map(({ id, status }) => [id, status]));
  const told = new Set(orders.values());
  if (told.size !== orders.size) broken.push(`${orders.size} keys name ${told.size} orders`);
  for (const id of statuses.keys())
    if (!told.has(id)) broken.push(`order ${id} is nobody's: its key names another`);
  for (const id of cancelled)
    if (statuses.get(id) !== "CANCELLED")
      broken.push(`order ${id} was answered as cancelled and is ${statuses.get(id)}`);

  const held = await sql.inventory<{ id: string; state: string }[]>`
    select id, state from reservations where source = 'rpc'`;
  const states = new Map(held.map(({ id, state }) => [id, state]));
  for (const [id, state] of reservations)
    if (states.get(id) !== state)
      broken.push(`reservation ${id} was answered as ${state} and is ${states.get(id)}`);

  const [item] = await sql.inventory<{ restocked: number }[]>`
    select restocked::int from items where sku = ${RESTOCKED_SKU}`;
  const count = item?.restocked ?? -1;
  if (count < restocked.acknowledged || count > restocked.attempted)
    broken.push(
      `${RESTOCKED_SKU} was restocked ${count} times, of ${restocked.acknowledged} acknowledged and ${restocked.attempted} tried`,
    );
  return broken;
}
