import { readFileSync } from "node:fs";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { OpenWorld } from "../open-world.ts";
import { serviceNames } from "../stack.ts";

/** Of one replica, by name in pg_stat_activity: its pool, the core's, and the leader's session. */
const CONNECTIONS_MAX: Readonly<Record<string, number>> = {
  orders: 6,
  inventory: 6,
  "orders-core": 4,
  "inventory-core": 4,
  "orders leader": 1,
  "inventory leader": 1,
};
const REPLICAS = 2;
const GONE_DEADLINE_MS = 10_000;
const MEMORY_MAX_MIB = 600;

/** Connections, transactions, locks and memory that outlived what needed them. */
export async function leaks(world: OpenWorld): Promise<readonly string[]> {
  let last: readonly string[] = [];
  const quiet = async () => {
    last = [...(await leakedSessions(world)), ...(await leakedBrokerConnections(world))];
    return last.length === 0;
  };
  // What a killed process or a cut link left behind is gone as soon as the server hears of it.
  await eventually(quiet, { deadlineMs: GONE_DEADLINE_MS, everyMs: 100 }).catch(() => undefined);
  return [...last, ...bloated(world)];
}

async function leakedSessions({ sql }: OpenWorld): Promise<string[]> {
  const found: string[] = [];
  for (const service of serviceNames) {
    const sessions = await sql[service]<{ name: string; count: number; idle: number }[]>`
      select application_name as name, count(*)::int,
        (count(*) filter (where state like 'idle in transaction%'
          and state_change < now() - interval '1 second'))::int as idle
      from pg_stat_activity where datname = current_database() and application_name like ${`${service}%`}
      group by 1`;
    for (const { name, count, idle } of sessions) {
      const most = (CONNECTIONS_MAX[name] ?? 0) * REPLICAS;
      if (count > most) found.push(`${count} connections of ${name}, at most ${most} are its own`);
      if (idle > 0) found.push(`${idle} transactions of ${name} stand open`);
    }
    const [locks] = await sql[service]<{ leaders: number; waiting: number }[]>`
      select (count(*) filter (where locktype = 'advisory' and granted))::int as leaders,
        (count(*) filter (where not granted and locktype <> 'advisory'))::int as waiting
      from pg_locks where database = (select oid from pg_database where datname = current_database())`;
    if (locks?.leaders !== 1) found.push(`${service} has ${locks?.leaders} leaders`);
    if (locks?.waiting !== 0) found.push(`${locks?.waiting} locks of ${service} are waited for`);
  }
  return found;
}

async function leakedBrokerConnections({ stack, replicas }: OpenWorld): Promise<string[]> {
  let count = 0;
  for (const { monitoringUrl } of stack.nats) {
    if (monitoringUrl === undefined) continue;
    const { connections } = (await (await fetch(`${monitoringUrl}/connz`)).json()) as {
      connections: readonly { name?: string }[];
    };
    count += connections.filter(({ name }) => name === "orders" || name === "inventory").length;
  }
  return count > replicas.length
    ? [`${count} broker connections of ${replicas.length} replicas`]
    : [];
}

function bloated({ replicas }: OpenWorld): string[] {
  return replicas.flatMap(({ name, pid }) => {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const mib = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
    return mib > MEMORY_MAX_MIB ? [`${name} takes ${Math.round(mib)} MiB`] : [];
  });
}
