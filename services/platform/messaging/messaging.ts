import type { DescMessage } from "@bufbuild/protobuf";
import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import { type HealthCheck, problemIn } from "../health.ts";
import type { Log } from "../log.ts";
import type { Database, Pool } from "../postgres.ts";
import type { Random } from "../random.ts";
import { type Supervised, supervise } from "../supervise.ts";
import { anonymous } from "./audit.ts";
import type { BatchRules } from "./batch.ts";
import type { Broker } from "./broker.ts";
import { canary } from "./canary.ts";
import { type ConsumerOptions, consume } from "./consumer.ts";
import { type InspectedConsumer, type NamedByDurable, named } from "./consumer-name.ts";
import type { Handler } from "./handler.ts";
import { payloadReader } from "./incoming.ts";
import type { Invariant, Ledger } from "./invariant.ts";
import type { JetStreamBroker } from "./jetstream-broker.ts";
import { fillGaps } from "./lane-gaps.ts";
import { workLanes } from "./lane-worker.ts";
import { lanesCheck } from "./lanes-check.ts";
import { checkOf, type LeaderTask, startLeader } from "./leader.ts";
import { leaderWakes } from "./leader-wakes.ts";
import { maintain } from "./maintenance.ts";
import type { MessagingMeters } from "./messaging-meters.ts";
import { inTurn, oneAtATime } from "./one-at-a-time.ts";
import { onlyPartition } from "./outbox.ts";
import { payloadEditor } from "./payload-editor.ts";
import { type BindUnit, postgresInbox } from "./postgres-inbox.ts";
import { postgresLease } from "./postgres-lease.ts";
import { postgresOutbox } from "./postgres-outbox.ts";
import { postgresRedriveRuns } from "./postgres-redrive-runs.ts";
import { publishedBy } from "./published-stream.ts";
import type { RedriveOutcome } from "./redrive.ts";
import { redriveRunTask } from "./redrive-run-worker.ts";
import { relayTask } from "./relay-task.ts";
import { type Repair, repairOf } from "./repair.ts";
import { defaultRetryPolicy } from "./retry.ts";
import { type SelfChecks, selfChecks } from "./self-checks.ts";
import type { MessagingSettings } from "./settings.ts";
import { type LaneSkip, type SkippedLane, skipLane } from "./skip-lane.ts";
import { type TakeIn, type TakenIn, takeIn } from "./take-in.ts";
import { applyTopology, type StreamTopology, topologyOf } from "./topology.ts";
import { unlessAborted } from "./unless-aborted.ts";
import { wakeable } from "./wake.ts";

/** A stream that the service listens to, through its one durable there. */
export interface ConsumerDeclaration<S> extends NamedByDurable {
  readonly stream: string;
  readonly order: "key" | "latest";
  readonly handlers: readonly Handler<S>[];
  /** The service's stores and locks on the batch's transaction. */
  readonly unit: BindUnit<S>;
  /**
   * With `latest`: which versions are stored of these keys, so that messages older than the inbox
   * goes back can be accounted for. A missing key has none.
   */
  readonly versionsOf?: (
    db: Database,
    keys: readonly string[],
  ) => Promise<ReadonlyMap<string, number>>;
}

export interface MessagingOptions<S> {
  readonly service: string;
  readonly settings: MessagingSettings;
  readonly pool: Pool;
  readonly broker: JetStreamBroker;
  readonly topology: readonly StreamTopology[];
  /** Every message type there is: one that is missing here cannot be read. */
  readonly contracts: readonly DescMessage[];
  readonly consumers: readonly ConsumerDeclaration<S>[];
  /** Work of the service's own that one replica does for all, such as its deadlines. */
  readonly leaderTasks?: readonly LeaderTask[];
  /** What is always true of the service's own data. */
  readonly invariants?: readonly Invariant[];
  readonly ledgers?: readonly Ledger[];
  /** After how long a silence the broker was away, for a service with short deadlines. */
  readonly outageAfterMs?: number;
  /** What is counted as it happens. Default: nobody counts. */
  readonly counters?: MessagingMeters;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The running core of one service. */
export interface Messaging extends AsyncDisposable {
  readonly checks: readonly HealthCheck[];
  isLeading(): boolean;
  /** Runs a dead letter of one of this service's consumers. Refuses an unknown consumer. */
  redrive(consumer: string, id: number, actor?: string): Promise<RedriveOutcome>;
  /** All that a person does to dead letters of a consumer. Refuses an unknown consumer. */
  repair(consumer: string): Repair;
  /** Moves a lane past versions that its stream no longer has. */
  skipLane(consumer: string, skip: LaneSkip): Promise<SkippedLane>;
  /** Tells the lane worker, wherever it runs, that a lane was freed. */
  lanesFreed(): void;
  /** Tells whoever works redrive runs that one is running. */
  runsMayGoOn(): void;
  /** Handles a message that was acknowledged and left no trace. */
  takeIn(consumer: string, asked: TakeIn): Promise<TakenIn>;
  /** How it looks after itself. */
  readonly selfChecks: SelfChecks;
  /** What operators are shown is read from here. */
  readonly inspected: Inspected;
}

/** The parts of a running core that its operators look at. */
export interface Inspected {
  readonly service: string;
  readonly db: Database;
  readonly broker: Broker;
  /** The streams that the service publishes to or listens to. */
  readonly streams: readonly StreamTopology[];
  readonly contracts: readonly DescMessage[];
  readonly consumers: readonly InspectedConsumer[];
  /** What the check of that name finds wrong on this replica; null when nothing. */
  problemOf(check: string): Promise<string | null>;
}

type NamedConsumer<S> = ConsumerDeclaration<S> & Required<NamedByDurable>;

/**
 * Starts relay, consumers, lane workers and housekeeping of one service. Every loop is supervised:
 * an error never ends one for good, and readiness says which one is failing.
 */
export function startMessaging<S>(options: MessagingOptions<S>): Messaging {
  const { service, settings, pool, broker, topology, clock, random, log } = options;
  const supervisor = { clock, random, log };
  const outbox = postgresOutbox(pool);
  const needed = topologyOf(service, topology);
  const published = publishedBy(service, needed);

  const wakesOf = (topic: string, loops: number) =>
    leaderWakes(broker, `${topic}.${service}`, { loops, isLeading: () => leader.isLeading() });
  const outboxWakes = wakesOf("outbox", 1);
  const laneWakes = wakesOf("lanes", options.consumers.length);
  const runWakes = wakesOf("redrives", options.consumers.length);
  pool.onOutboxWritten(outboxWakes.hint);
  const lanesFreed = laneWakes.hint;
  const runsMayGoOn = runWakes.hint;
  const meters = options.counters?.relay;
  const declared = named(options.consumers);
  options.counters?.begin({
    streams: published.map(({ name }) => name),
    consumers: declared.map(({ consumer }) => consumer),
  });
  const [wake = wakeable()] = outboxWakes.wakes;
  const relay = { outbox, streams: published, wake, meters };

  const stopping = new AbortController();
  let ensuring: Promise<void> | undefined;
  /** The loops that need it start together; one of them does it. No stop waits for it. */
  const ensureTopology = () => {
    if (settings.TOPOLOGY === "expect") return Promise.resolve();
    ensuring ??= makeTopology(options, needed).finally(() => {
      ensuring = undefined;
    });
    return unlessAborted(stopping.signal, ensuring);
  };

  const handled = declared.flatMap(({ handlers }) => handlers);
  const payloads = payloadReader(
    options.contracts,
    handled.map(({ schema }) => schema),
  );
  const consumers = declared.map((one) => consumerOptions(options, one, { payloads, lanesFreed }));
  const isLeading = (): boolean => leader.isLeading();
  const checking = selfChecks({ ...options, consumers: declared, db: pool, published, isLeading });
  const suspects = oneAtATime();
  const leader = startLeader({
    leadership: {
      lease: postgresLease({
        url: settings.DATABASE_URL,
        partition: onlyPartition,
        applicationName: `${service} leader`,
      }),
      clock,
    },
    tasks: [
      relayTask({ ...options, ...relay, ensureTopology }),
      ...consumers.flatMap((consumer, index): LeaderTask[] => [
        {
          name: `lanes ${consumer.stream}`,
          run: ({ signal }) =>
            workLanes(
              { ...consumer, suspects, wake: laneWakes.wakes[index] ?? wakeable() },
              signal,
            ),
        },
        {
          name: `gaps ${consumer.stream}`,
          run: ({ signal }) => fillGaps(consumer, signal, { waitedMs: settings.LANE_GAP_AFTER }),
        },
        redriveRunTask({
          ...consumer,
          suspects,
          runs: postgresRedriveRuns(pool, consumer.store.consumer),
          wake: runWakes.wakes[index] ?? wakeable(),
        }),
      ]),
      {
        name: "maintenance",
        run: ({ signal }) =>
          maintain(
            {
              pool,
              broker,
              streams: needed,
              outboxKeepMs: settings.OUTBOX_KEEP,
              deadLettersKeepMs: settings.DEAD_LETTERS_KEEP,
              clock,
              log,
            },
            signal,
          ),
      },
      ...checking.tasks,
      ...(options.leaderTasks ?? []),
    ],
    ...supervisor,
  });

  const editor = payloadEditor(options.contracts, payloads);
  const consumerCalled = (name: string) => {
    const consumer = consumers.find(({ store }) => store.consumer === name);
    if (consumer) return consumer;
    throw new Refusal("not_found", "consumer_not_found", `no consumer is called ${name}`);
  };

  const { outageAfterMs } = options;
  const repairAt = (name: string) => {
    const consumer = consumerCalled(name);
    const runs = postgresRedriveRuns(pool, name);
    return repairOf({ ...consumer, db: pool, editor, runs, suspects, runsMayGoOn });
  };

  const bird = canary({ broker, outbox, service, outageAfterMs, clock });
  const loops: Supervised[] = [
    supervise("canary loop", (signal) => bird.run(signal), supervisor),
    ...consumers.map((consumer) =>
      supervise(
        `consumer ${consumer.stream}`,
        async (signal) => {
          await ensureTopology();
          await consume(consumer, signal);
        },
        { ...supervisor, delayMaxMs: 2_000 },
      ),
    ),
  ];

  const checks = [
    checkOf("broker", () => (broker.connected() ? undefined : "not connected")),
    bird.check,
    ...leader.checks,
    ...loops.map(({ check }) => check),
    ...consumers.map(lanesCheck),
    ...checking.checks,
  ];
  const problemOf = async (name: string) => {
    const check = checks.find((check) => check.name === name);
    return check ? problemIn(check) : null;
  };

  return {
    checks,
    isLeading,
    takeIn: async (name, asked) =>
      inTurn(suspects, () => takeIn(consumerCalled(name), pool, asked)),
    selfChecks: checking,
    lanesFreed,
    runsMayGoOn,
    redrive: async (name, id, actor = anonymous) => repairAt(name).redrive(id, actor),
    repair: repairAt,
    skipLane: async (name, skip) => skipLane(consumerCalled(name), skip),
    inspected: {
      service,
      db: pool,
      broker,
      streams: needed,
      contracts: options.contracts,
      consumers: declared,
      problemOf,
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error("messaging is stopping"));
      for (const wakes of [outboxWakes, laneWakes, runWakes]) wakes[Symbol.dispose]();
      checking[Symbol.dispose]();
      await Promise.all(loops.map((loop) => loop[Symbol.asyncDispose]()));
      await leader[Symbol.asyncDispose]();
    },
  };
}

async function makeTopology<S>(
  { broker, settings, log }: MessagingOptions<S>,
  needed: readonly StreamTopology[],
): Promise<void> {
  const nc = await broker.connection(5_000);
  const changes = await applyTopology(nc, needed, { replicas: settings.STREAM_REPLICAS });
  for (const { action, kind, name } of changes)
    log.info("topology changed", { action, kind, name });
}

function consumerOptions<S>(
  { service, settings, pool, broker, topology, counters, clock, random, log }: MessagingOptions<S>,
  { stream, durable, consumer, order, handlers, unit }: NamedConsumer<S>,
  { payloads, lanesFreed }: { payloads: BatchRules<S>["payloads"]; lanesFreed: () => void },
): ConsumerOptions<S> {
  const declared = topology
    .find(({ name }) => name === stream)
    ?.durables.find(({ name }) => name === durable);
  if (!declared) throw new Error(`the topology declares no durable ${durable} on ${stream}`);
  const store = postgresInbox(pool, consumer, unit);

  return {
    stream,
    durable,
    order,
    store,
    broker,
    rules: {
      service,
      consumer,
      handlers: new Map(handlers.map((handler) => [handler.type, handler])),
      payloads,
      parkedPerLaneMax: settings.PARKED_PER_LANE_MAX,
      parkedMax: settings.PARKED_MAX,
      handlerTimeoutMs: settings.HANDLER_TIMEOUT,
      clock,
    },
    retry: {
      ...defaultRetryPolicy,
      attemptsMax: settings.ATTEMPTS_MAX,
      baseMs: settings.RETRY_BASE,
    },
    ackWaitMs: declared.ackWaitSeconds * 1_000,
    clock,
    random,
    log: log.with({ consumer, stream }),
    unclean: new Set(),
    meters: counters?.consumer,
    headsMayRun: lanesFreed,
  };
}
