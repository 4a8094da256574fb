import { newItem } from "@app/inventory/domain/item.ts";
import type { ReservationState } from "@app/inventory/domain/reservation.ts";
import { type CrashPointName, onCrashPoint } from "@app/platform/crash-point.ts";
import type { StreamTopology } from "@app/platform/messaging/topology.ts";
import { BrokerServer } from "../broker/broker-server.ts";
import type { Coverage } from "../coverage.ts";
import { AimedCrashes } from "../faults/aimed-crashes.ts";
import { FaultRates } from "../faults/fault-rates.ts";
import { inventoryTables } from "../models/inventory-tables.ts";
import { ModelServer } from "../models/model-server.ts";
import { type Chance, chanceOf } from "../world/chance.ts";
import { epochMs, ProcessKilled, SimulatedProcess, simulatedClock } from "../world/process.ts";
import { Scheduler } from "../world/scheduler.ts";
import type { BatchSeen } from "./batches.ts";
import { type HistorySettings, topologyWith } from "./history-settings.ts";
import type { ReservationSeen } from "./inventory-process.ts";
import type { OrderSeen } from "./orders-process.ts";
import {
  type RunningProcess,
  type ServiceName,
  startInventory,
  startOrders,
} from "./running-process.ts";

export const skus = ["burger", "pizza"] as const;

/** The wall clocks of processes differ, also from one start to the next: nothing is judged by them. */
const clocksAheadMs = [0, 3_600_000, 0, -3_600_000] as const;

/** How long a process may take to stop. */
const graceMs = 10_000;

/** The place of a process: what runs there now, if anything does. */
export interface Slot {
  readonly name: string;
  readonly service: ServiceName;
  running: RunningProcess | undefined;
  starts: number;
}

export interface WorldOptions {
  readonly seed: number;
  readonly settings: HistorySettings;
  readonly coverage: Coverage;
  /** Whether crashes aim at await boundaries that are seldom crossed. */
  readonly aimed?: boolean;
  readonly traced?: boolean;
}

/** A crash that waits for its place. */
export interface ArmedCrash {
  /** At this crossing of any process, counted from the beginning of the history. */
  crossing?: number | undefined;
  point?: CrashPointName | undefined;
}

/** The whole simulated system: two databases, a broker, and the processes of both services. */
export class World implements Disposable {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly coverage: Coverage;
  readonly faults: FaultRates;
  readonly settings: HistorySettings;
  readonly broker: BrokerServer;
  readonly databases: Readonly<Record<ServiceName, ModelServer>>;
  readonly topology: readonly StreamTopology[];
  readonly slots: readonly Slot[];
  readonly armed: ArmedCrash[] = [];
  /** What takes so many milliseconds longer, each way. */
  readonly slowPlaces = new Map<string, number>();
  /** By service, what the broker acknowledged at least once, as key and version. */
  readonly acknowledged = { orders: new Set<string>(), inventory: new Set<string>() };
  /** Rules of their ports that processes broke. */
  readonly violations: string[] = [];
  /** Crossings of the edges of all processes so far. */
  crossings = 0;
  readonly #seed: number;
  readonly #aimed: AimedCrashes | undefined;
  readonly #hook: Disposable;
  readonly #ends = new Set<() => void>();

  constructor({ seed, settings, coverage, aimed = false, traced = false }: WorldOptions) {
    this.scheduler = new Scheduler({ traced });
    this.#seed = seed;
    this.#aimed = aimed ? new AimedCrashes(seed) : undefined;
    this.chance = chanceOf(seed);
    this.coverage = coverage;
    this.settings = settings;
    this.faults = new FaultRates(this.chance, coverage);
    this.topology = topologyWith(settings.ackWaitSeconds);
    const { scheduler } = this;
    this.broker = new BrokerServer({
      nowMs: () => epochMs + scheduler.nowMs,
      after: (delayMs, run) => void scheduler.schedule(delayMs, { label: "", run }),
    });
    const clock = simulatedClock(scheduler);
    this.databases = { orders: new ModelServer(clock), inventory: new ModelServer(clock) };
    this.slots = [
      ...slotsOf("orders", settings.ordersProcesses),
      ...slotsOf("inventory", settings.inventoryProcesses),
    ];
    const { items } = inventoryTables(this.databases.inventory);
    for (const sku of skus) items.committed.set(sku, itemOf(sku, settings.stock));
    this.#hook = onCrashPoint((name) => this.#reached(name));
  }

  readonly seenOrder: OrderSeen = (status, happening) =>
    this.coverage.add("order", `${status} ${happening}`);
  readonly seenReservation: ReservationSeen = (state: ReservationState | string, message) =>
    this.coverage.add("reservation", `${state} ${message}`);
  readonly seenBatch: BatchSeen = (happening) => this.coverage.add("batch", happening);

  startAll(): void {
    for (const slot of this.slots) this.start(slot);
  }

  start(slot: Slot): void {
    if (slot.running) return;
    slot.starts += 1;
    const clockAheadMs = clocksAheadMs[(this.#seed + slot.name.length + slot.starts) % 4] ?? 0;
    const process = new SimulatedProcess({
      name: `${slot.name}.${slot.starts}`,
      scheduler: this.scheduler,
      chance: this.chance,
      latencyMs: (what) =>
        (this.slowPlaces.get(what) ?? 0) +
        (this.faults.strikes("slow") ? this.chance.between(20, 3_000) : this.chance.fraction() * 2),
      clockAheadMs,
      crossing: (crosser, what) => this.#crossed(crosser, what),
    });
    if (clockAheadMs !== 0) this.coverage.add("fault", "clock wrong");
    this.scheduler.note(process.name, "starts");
    // In an event of its own, so that whatever runs in it is known to be this process's.
    this.scheduler.schedule(0, {
      label: "start",
      owner: process,
      run: () => {
        const startService = slot.service === "orders" ? startOrders : startInventory;
        slot.running = startService(this, process);
      },
    });
  }

  /** Kills what runs in a slot. It is started again after a while. */
  crash(slot: Slot, why: string, restartInMs = this.chance.between(20, 3_000)): void {
    const { running } = slot;
    if (!running) return;
    slot.running = undefined;
    const { process, broker, service } = running;
    process.alive = false;
    running.batches.killed();
    this.scheduler.note(process.name, `is killed: ${why}`);
    this.databases[service].abandon(process.name);
    broker.abandon();
    this.scheduler.schedule(restartInMs, { label: "", run: () => this.start(slot) });
  }

  /** As after SIGTERM: it stops in order, is killed when that takes too long, and comes back. */
  restart(slot: Slot): void {
    const { running } = slot;
    if (!running) return;
    const gone = () => {
      if (slot.running === running) this.crash(slot, "stopped", 20);
    };
    running.process.comeIn("SIGTERM", () => void running.stop().then(gone, gone));
    this.scheduler.schedule(graceMs, { label: "", run: gone });
  }

  /** The broker dies, and comes back with what it had, or with `store`. */
  brokerAway(forMs: number, store?: ReturnType<BrokerServer["copy"]>): boolean {
    if (!this.broker.up) return false;
    this.scheduler.note("broker", store ? "dies, and loses what was stored since" : "dies");
    this.broker.goAway();
    this.endLater(forMs, () => {
      if (!this.broker.up) this.broker.comeBack(store);
    });
    return true;
  }

  /** Ends a fault after a while, or when the world heals. */
  endLater(afterMs: number, end: () => void): void {
    const once = () => {
      if (this.#ends.delete(once)) end();
    };
    this.#ends.add(once);
    this.scheduler.schedule(afterMs, { label: "", run: once });
  }

  /** Every fault ends now. A crash that waits for its place may still come: it is over at once. */
  heal(): void {
    this.scheduler.note("world", "heals");
    for (const end of [...this.#ends]) end();
    // A store that was put back since is as full as it was when it was copied.
    for (const stream of this.broker.streams.values())
      stream.limits = { ...stream.limits, messagesMax: undefined };
    this.faults.clear();
  }

  /** Whether no process is in the middle of a transaction. */
  get isIdle(): boolean {
    return this.databases.orders.openTransactions + this.databases.inventory.openTransactions === 0;
  }

  slotOf(process: SimulatedProcess): Slot | undefined {
    return this.slots.find(({ running }) => running?.process === process);
  }

  running(service?: ServiceName): readonly RunningProcess[] {
    return this.slots.flatMap((slot) =>
      slot.running && (!service || slot.service === service) ? [slot.running] : [],
    );
  }

  [Symbol.dispose](): void {
    for (const name of this.#aimed?.crossed ?? []) this.coverage.add("crossed boundary", name);
    this.#hook[Symbol.dispose]();
  }

  #crossed(process: SimulatedProcess, what: string): boolean {
    this.crossings += 1;
    const slot = this.slotOf(process);
    if (!slot) return false;
    const boundary = `${slot.service} ${what}`;
    const isAimedAt = this.#aimed?.hits(boundary) ?? false;
    const at = this.armed.findIndex(({ crossing }) => crossing === this.crossings);
    if (at >= 0) this.armed.splice(at, 1);
    else if (!isAimedAt) return false;
    this.coverage.add("await boundary", boundary);
    this.crash(slot, `crash ${what}`);
    return true;
  }

  #reached(name: CrashPointName): void {
    const { current } = this.scheduler;
    if (!(current instanceof SimulatedProcess) || !current.alive) return;
    const at = this.armed.findIndex(({ point }) => point === name);
    const slot = at < 0 ? undefined : this.slotOf(current);
    if (!slot) return;
    this.armed.splice(at, 1);
    this.coverage.add("crash point", name);
    this.crash(slot, `crash point ${name}`);
    throw new ProcessKilled(name);
  }
}

const slotsOf = (service: ServiceName, count: number): readonly Slot[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${service}-${index + 1}`,
    service,
    running: undefined,
    starts: 0,
  }));

const itemOf = (sku: string, initial: number) =>
  newItem({ sku, name: sku, description: null, photoUrl: null, priceCents: 100, initial });
