import type postgres from "postgres";
import type { Fault } from "../fault.ts";
import type { ServiceName } from "../replica.ts";
import { serviceNames } from "../stack.ts";

const HELD_MAX_MS = 4_000;

/** Somebody's transaction stays open, with rows that everybody wants or with a snapshot that holds up vacuum. */
export const longTransaction: Fault = {
  name: "long transaction",
  group: "F",
  points: ["rows held", "snapshot held"],
  async inflict(world, random) {
    const service = random.pick(serviceNames);
    const holdMs = random.between(500, HELD_MAX_MS);
    const work = async (tx: postgres.TransactionSql, take: Taking) => {
      await take(tx);
      await world.hold(holdMs);
    };
    if (random.chance(70)) {
      await world.sql[service].begin((tx) => work(tx, rowsOf[service]));
      world.reached("rows held");
    } else {
      const aged = "isolation level repeatable read";
      await world.sql[service].begin(aged, (tx) => work(tx, (tx) => tx`select from outbox`));
      world.reached("snapshot held");
    }
  },
};

type Taking = (tx: postgres.TransactionSql) => PromiseLike<unknown>;

const rowsOf: Readonly<Record<ServiceName, Taking>> = {
  inventory: (tx) => tx`select sku from items order by sku limit 2 for update`,
  orders: (tx) =>
    tx`select id from orders where status = 'PENDING' order by id limit 20 for update`,
};

/** An operator's script, or a failover, ends sessions at random. */
export const terminatedBackends: Fault = {
  name: "terminated backends",
  group: "F",
  points: ["backends terminated"],
  async inflict(world, random) {
    const rounds = random.between(1, ROUNDS_MAX);
    for (let round = 0; round < rounds; round += 1) {
      const service = random.pick(serviceNames);
      const share = random.pick([0.2, 0.5, 1]);
      const ended = await world.sql[service]`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like ${`${service}%`}
          and random() < ${share}`;
      if (ended.length > 0) world.reached("backends terminated");
      await world.hold(random.between(50, 800));
    }
  },
};

const ROUNDS_MAX = 4;

/** Others take every connection that the server has, while sessions end and would have to come back. */
export const exhaustedConnections: Fault = {
  name: "exhausted connections",
  group: "F",
  points: ["connections exhausted"],
  async inflict(world, random) {
    const service = random.pick(serviceNames);
    const [{ name } = { name: "" }] = await world.sql[service]<{ name: string }[]>`
      select current_database() as name`;
    const client = world.sql[service];
    // The same answer (53300) as a server without free connections gives, to one database alone.
    await client`alter database ${client(name)} connection limit 0`;
    try {
      await client`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like ${`${service}%`}`;
      world.reached("connections exhausted");
      await world.hold(random.between(300, HELD_MAX_MS));
    } finally {
      await client`alter database ${client(name)} connection limit -1`;
    }
  },
};
