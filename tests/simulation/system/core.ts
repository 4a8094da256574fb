import type { Log } from "@app/platform/log.ts";
import type { Broker } from "@app/platform/messaging/broker.ts";
import { canary } from "@app/platform/messaging/canary.ts";
import { type ConsumerOptions, consume } from "@app/platform/messaging/consumer.ts";
import { fillGaps } from "@app/platform/messaging/lane-gaps.ts";
import { workLanes } from "@app/platform/messaging/lane-worker.ts";
import { type LeaderTask, startLeader } from "@app/platform/messaging/leader.ts";
import type { LeaderLease } from "@app/platform/messaging/leadership.ts";
import type { OutboxStore } from "@app/platform/messaging/outbox-store.ts";
import { publishedBy } from "@app/platform/messaging/published-stream.ts";
import { relayTask } from "@app/platform/messaging/relay-task.ts";
import { type StreamTopology, topologyOf } from "@app/platform/messaging/topology.ts";
import { wakeable } from "@app/platform/messaging/wake.ts";
import { supervise } from "@app/platform/supervise.ts";
import type { SimulatedProcess } from "../world/process.ts";

export interface SimulatedCoreOptions<S> {
  readonly service: string;
  readonly process: SimulatedProcess;
  readonly broker: Broker;
  readonly outbox: OutboxStore;
  readonly lease: LeaderLease;
  readonly topology: readonly StreamTopology[];
  readonly consumer: Omit<
    ConsumerOptions<S>,
    "headsMayRun" | "clock" | "random" | "log" | "broker"
  >;
  readonly leaderTasks: readonly LeaderTask[];
  readonly ensureTopology: () => Promise<void>;
  readonly outageAfterMs: number;
  readonly laneGapAfterMs: number;
  readonly log: Log;
}

/** The running core of one simulated process. */
export interface SimulatedCore<S> extends AsyncDisposable {
  readonly consumer: ConsumerOptions<S>;
  isLeading(): boolean;
  outboxWritten(): void;
}

/**
 * What `startMessaging` starts, on ports instead of Postgres and JetStream: relay with its stream
 * memory, consumer, lane worker, gaps and canary, each under its supervisor, the leader's under its
 * lease. What it leaves out needs SQL: maintenance, metrics, operators' views.
 */
export function startCore<S>(options: SimulatedCoreOptions<S>): SimulatedCore<S> {
  const { service, process, broker, outbox, lease, topology, ensureTopology, log } = options;
  const { clock, random } = process;
  const supervisor = { clock, random, log };
  const outboxWake = wakeable();
  const laneWake = wakeable();
  const unhook = [
    broker.onHint(`outbox.${service}`, () => outboxWake.wake()),
    broker.onHint(`lanes.${service}`, () => laneWake.wake()),
  ];

  const lanesFreed = () => {
    if (leader.isLeading()) laneWake.wake();
    else broker.hint(`lanes.${service}`);
  };
  const consumer: ConsumerOptions<S> = {
    ...options.consumer,
    broker,
    clock,
    random,
    log,
    headsMayRun: lanesFreed,
  };
  const streams = publishedBy(service, topologyOf(service, topology));
  const gaps = { waitedMs: options.laneGapAfterMs };
  const leader = startLeader({
    leadership: { lease, clock },
    tasks: [
      relayTask({ outbox, broker, streams, wake: outboxWake, ensureTopology, ...supervisor }),
      {
        name: "lanes",
        run: ({ signal }) => workLanes({ ...consumer, wake: laneWake }, signal),
      },
      { name: "gaps", run: ({ signal }) => fillGaps(consumer, signal, gaps) },
      ...options.leaderTasks,
    ],
    ...supervisor,
  });
  const bird = canary({ broker, outbox, service, outageAfterMs: options.outageAfterMs, clock });
  const loops = [
    supervise("canary loop", (signal) => bird.run(signal), supervisor),
    supervise(
      "consumer",
      async (signal) => {
        await ensureTopology();
        await consume(consumer, signal);
      },
      { ...supervisor, delayMaxMs: 2_000 },
    ),
  ];

  return {
    consumer,
    isLeading: leader.isLeading,
    outboxWritten() {
      if (leader.isLeading()) outboxWake.wake();
      else broker.hint(`outbox.${service}`);
    },
    async [Symbol.asyncDispose]() {
      for (const stop of unhook) stop();
      await Promise.all(loops.map((loop) => loop[Symbol.asyncDispose]()));
      await leader[Symbol.asyncDispose]();
      await broker.close();
    },
  };
}
