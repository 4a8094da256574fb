import { brokerSilenceMs } from "@app/orders/store/deadlines.ts";
import type { Log } from "@app/platform/log.ts";
import type { BatchRules } from "@app/platform/messaging/batch.ts";
import type { ConsumerOptions } from "@app/platform/messaging/consumer.ts";
import type { Handler } from "@app/platform/messaging/handler.ts";
import type { LeaderTask } from "@app/platform/messaging/leader.ts";
import { onlyPartition } from "@app/platform/messaging/outbox.ts";
import { defaultRetryPolicy } from "@app/platform/messaging/retry.ts";
import { type SimulatedBroker, simulatedBroker } from "../broker/simulated-broker.ts";
import { faultyDatabase } from "../faults/faulty-database.ts";
import { faultyLink } from "../faults/faulty-link.ts";
import { messagingTables } from "../models/messaging-tables.ts";
import { type ModelDatabase, modelClient } from "../models/model-client.ts";
import { type BindModelUnit, modelInbox } from "../models/model-inbox.ts";
import { modelLease } from "../models/model-lease.ts";
import { modelOutbox } from "../models/model-outbox.ts";
import type { ModelServer } from "../models/model-server.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { Batches } from "./batches.ts";
import { startCore } from "./core.ts";
import { logged, loggedUnit } from "./handler-log.ts";
import { inventoryHandlers, inventoryUnitSeen } from "./inventory-process.ts";
import {
  deadlinesTask,
  type OrdersRequests,
  ordersHandlers,
  ordersRequests,
  ordersUnitSeen,
} from "./orders-process.ts";
import { payloads, type Repairs, repairsOf } from "./repairs.ts";
import { watchedBroker } from "./watched-broker.ts";
import type { World } from "./world.ts";

export type ServiceName = "orders" | "inventory";

/** One process of a service, as long as it runs. */
export interface RunningProcess {
  readonly service: ServiceName;
  readonly process: SimulatedProcess;
  readonly broker: SimulatedBroker;
  /** Only orders' processes answer customers. */
  readonly requests: OrdersRequests | undefined;
  readonly repairs: Repairs;
  readonly batches: Batches;
  /** As after SIGTERM. */
  stop(): Promise<void>;
}

interface Listening<S extends object> {
  readonly service: ServiceName;
  readonly stream: string;
  readonly durable: string;
  readonly handlers: readonly Handler<S>[];
  readonly unit: BindModelUnit<S>;
  readonly leaderTasks: readonly LeaderTask[];
}

interface Inside {
  readonly process: SimulatedProcess;
  readonly db: ModelDatabase;
}

export function startOrders(world: World, process: SimulatedProcess): RunningProcess {
  const db = databaseOf(world, "orders", process);
  const { seenOrder: seen } = world;
  const listening = {
    service: "orders",
    stream: "INVENTORY",
    durable: "orders-service",
    handlers: ordersHandlers,
    unit: (tx) => ordersUnitSeen(tx, seen),
    leaderTasks: [deadlinesTask(db, process, { deadlineMs: world.settings.deadlineMs, seen })],
  } satisfies Listening<Parameters<(typeof ordersHandlers)[0]["handle"]>[0]>;
  return start(world, { process, db }, listening, ordersRequests(db, process, seen));
}

export function startInventory(world: World, process: SimulatedProcess): RunningProcess {
  const db = databaseOf(world, "inventory", process);
  const { clock } = process;
  const listening = {
    service: "inventory",
    stream: "ORDERS",
    durable: "inventory-service",
    handlers: inventoryHandlers,
    unit: (tx) => inventoryUnitSeen(tx, { clock, seen: world.seenReservation }),
    leaderTasks: [],
  } satisfies Listening<Parameters<(typeof inventoryHandlers)[0]["handle"]>[0]>;
  return start(world, { process, db }, listening, undefined);
}

/** Written once the process is up; before, nothing can have been written. */
const heardBy = new WeakMap<SimulatedProcess, () => void>();

function databaseOf(world: World, service: ServiceName, process: SimulatedProcess): ModelDatabase {
  return modelClient({
    server: world.databases[service],
    owner: process.name,
    boundary: faultyDatabase(process, world.faults),
    random: process.random,
    outboxWritten: () => heardBy.get(process)?.(),
  });
}

function start<S extends object>(
  world: World,
  { process, db }: Inside,
  listening: Listening<S>,
  requests: OrdersRequests | undefined,
): RunningProcess {
  const { settings, topology, databases, faults } = world;
  const { service, leaderTasks } = listening;
  const link = faultyLink(process, world);
  const broker = simulatedBroker({ server: world.broker, link, timeoutMs: 2_000 });
  const batches = new Batches(world.seenBatch);
  const outageAfterMs = service === "orders" ? brokerSilenceMs(settings.deadlineMs) : 15_000;
  const core = startCore({
    service,
    process,
    broker: watchedBroker(broker, {
      nakDelayMinMs: settings.retryBaseMs / 2,
      acknowledged: world.acknowledged[service],
      isStated: (key, version) => isStated(databases[service], key, version),
      batches,
      broken: (what) => world.violations.push(`${service}: ${what}`),
    }),
    outbox: modelOutbox(db),
    lease: modelLease({
      server: databases[service],
      partition: onlyPartition,
      owner: process.name,
      boundary: faultyDatabase(process, faults),
    }),
    topology,
    consumer: consumerOf(world, { process, db }, listening),
    leaderTasks,
    ensureTopology: () => broker.ensureTopology(topology, settings.duplicateWindowMs),
    outageAfterMs,
    laneGapAfterMs: settings.laneGapAfterMs,
    log: logOf(world, process.name),
  });
  heardBy.set(process, core.outboxWritten);

  return {
    service,
    process,
    broker,
    requests,
    batches,
    repairs: repairsOf(core.consumer),
    stop: async () => core[Symbol.asyncDispose](),
  };
}

function isStated(server: ModelServer, key: string, version: number): boolean {
  const { outbox, sent } = messagingTables(server);
  const rows = [...outbox.committed.values(), ...sent.committed.values()];
  return rows.some((row) => row.key === key && row.version === version);
}

function consumerOf<S extends object>(
  { settings, faults }: World,
  { process, db }: Inside,
  { service, stream, durable, handlers, unit }: Listening<S>,
): Omit<ConsumerOptions<S>, "headsMayRun" | "clock" | "random" | "log" | "broker"> {
  const hooks = {
    before: () => {
      if (faults.strikes("handler throws")) throw new Error("the handler failed");
      if (faults.strikes("handler hangs")) return process.clock.sleep(10_000);
      return undefined;
    },
  };
  const rules: BatchRules<S> = {
    service,
    consumer: durable,
    handlers: new Map(handlers.map((handler) => [handler.type, logged(handler, hooks)])),
    payloads: {
      read: (message) =>
        faults.strikes("contract missing")
          ? { ok: false, reason: "unknown_type", error: "no contract describes the type" }
          : payloads.read(message),
    },
    parkedPerLaneMax: settings.parkedPerLaneMax,
    parkedMax: 1_000,
    handlerTimeoutMs: settings.handlerTimeoutMs,
    clock: process.clock,
  };
  return {
    stream,
    durable,
    order: "key",
    store: modelInbox(db, durable, loggedUnit(unit)),
    rules,
    retry: { ...defaultRetryPolicy, baseMs: settings.retryBaseMs },
    batchMax: settings.batchMax,
    ackWaitMs: settings.ackWaitSeconds * 1_000,
    unclean: new Set(),
  };
}

/** Into the timeline, where one is kept. */
function logOf({ scheduler }: World, who: string): Log {
  const { timeline } = scheduler;
  const write = (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
    if (!timeline) return;
    const told = Object.entries(fields).map(
      ([name, value]) => `${name}=${value instanceof Error ? value.message : String(value)}`,
    );
    timeline.push({ atMs: scheduler.nowMs, who, what: `log: ${message} ${told.join(" ")}` });
  };
  const isEnabledFor = () => false;
  const levels = { debug: write, info: write, warn: write, error: write };
  const log: Log = { ...levels, isEnabledFor, with: () => log };
  return log;
}
