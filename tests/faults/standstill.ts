import type { OpenWorld } from "./open-world.ts";
import { serviceNames, sources } from "./stack.ts";

/** What a system that gets nothing done waits for: its sessions, its marks and its durables. */
export async function standstill(world: OpenWorld): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const service of serviceNames) {
    try {
      lines.push(...(await sessions(world, service)), await consumption(world, service));
    } catch (error) {
      lines.push(`${service} cannot be looked at: ${String(error)}`);
    }
  }
  return lines;
}

async function sessions({ sql }: OpenWorld, service: (typeof serviceNames)[number]) {
  const rows = await sql[service]<{ line: string }[]>`
    select format('session %s %s: %s, waits for %s/%s, state since %s s, transaction since %s s, blocked by %s: %s',
      pid, application_name, state, wait_event_type, wait_event,
      round(extract(epoch from clock_timestamp() - state_change)::numeric, 1),
      round(extract(epoch from clock_timestamp() - xact_start)::numeric, 1),
      pg_blocking_pids(pid), left(regexp_replace(query, '\\s+', ' ', 'g'), 120)) as line
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and application_name <> ''
    order by application_name, pid`;
  return rows.map(({ line }) => line);
}

async function consumption({ sql, broker }: OpenWorld, service: (typeof serviceNames)[number]) {
  const { stream, durable } = sources[service];
  const state = await broker.durableState(stream, durable);
  const [marks] = await sql[service]<{ count: number }[]>`
    select count(*)::int from message_attempts`;
  return `${durable}: ${JSON.stringify(state)}, ${marks?.count} attempts noted`;
}
