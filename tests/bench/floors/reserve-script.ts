import { orderCreated } from "../messages.ts";
import type { Script } from "../pgbench.ts";

/**
 * What one new order does at inventory, in one statement that decides nothing: the same rows as ours
 * in the same tables. The stock is that of one of so many skus.
 */
export function reserveScript(skus: number): Script {
  const { subject, headers, payload } = orderCreated(1_000_000, "sku-17");
  const text = `\\set n :n + 1
\\set id :base + :n * 64 + :client_id
\\set sku random(0, ${skus - 1})
with seen as (
  insert into inbox (consumer, event_id) values ('inventory-service', gen_random_uuid())
  on conflict do nothing returning event_id
), lane as (
  insert into lanes (consumer, key, version)
  select 'inventory-service', 'order/' || :id, 1 from seen returning key
), stock as (
  update items set available = available - 1, reserved = reserved + 1, version = version + 1,
    updated_at = now()
  where sku = 'sku-' || :sku and available >= 1 and exists (select from lane)
  returning sku, price_cents
), kept as (
  insert into reservations
    (id, source, ref, state, sku, quantity, price_cents, total_cents, version)
  select 'order/' || :id, 'order', :id::text, 'RESERVED', sku, 1, price_cents, price_cents, 1
  from stock returning id
)
insert into outbox (event_id, key, version, subject, headers, payload)
select gen_random_uuid(), 'reservation/' || id, 1, :subject::text, :headers::text, :payload::bytea
from kept;`;
  const hex = `\\x${Buffer.from(payload).toString("hex")}`;
  return { text, variables: { n: "0", subject, headers, payload: hex } };
}
