import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import type { HealthCheck } from "../health.ts";
import type { Log } from "../log.ts";
import type { Database } from "../postgres.ts";
import type { Broker } from "./broker.ts";
import { consumerName } from "./consumer-name.ts";
import { type CoreInvariantOptions, coreInvariants } from "./core-invariants.ts";
import type { Ledger } from "./invariant.ts";
import type { LeaderTask } from "./leader.ts";
import { inboxKeepMs } from "./maintenance.ts";
import { messageType } from "./message.ts";
import type { ConsumerDeclaration, MessagingOptions } from "./messaging.ts";
import { confirmedCount } from "./postgres-reconcile.ts";
import type { PublishedStream } from "./published-stream.ts";
import type { SweptConsumer } from "./reconcile-received.ts";
import { reconcilerTask } from "./reconciler.ts";
import { coreConnectionsMax } from "./settings.ts";
import { keepVerdicts, stillBroken, type Verdict, verifyAll, verifyOne } from "./verify.ts";
import { wakeable } from "./wake.ts";

/** How a core looks after itself. */
export interface SelfChecks extends Disposable {
  readonly tasks: readonly LeaderTask[];
  readonly checks: readonly HealthCheck[];
  /** Tells the reconciler, wherever it runs, to go on at once. */
  reconcileNow(): void;
  /** One slice of one invariant. Looks queue up: they share the core's few connections. */
  verifyOne(name: string, cursor?: string): Promise<Verdict>;
  /** The first slice of each, as far as the time goes. */
  verifyAll(budgetMs: number): Promise<readonly Verdict[]>;
  readonly ledgers: readonly Ledger[];
}

const verifyEveryMs = 60_000;
const lookAgainMs = 2_000;

/** Starts nothing by itself: what one replica does for all is for its leader to run. */
export function selfChecks<S>(
  options: Pick<
    MessagingOptions<S>,
    "service" | "settings" | "consumers" | "contracts" | "invariants" | "ledgers"
  > & {
    readonly db: Database;
    readonly broker: Broker;
    readonly clock: Clock;
    readonly log: Log;
    readonly published: readonly PublishedStream[];
    readonly isLeading: () => boolean;
  },
): SelfChecks {
  const { service, settings, db, broker, published, isLeading, clock, log } = options;
  const wake = wakeable();
  const topic = `reconciler.${service}`;
  const unhook = broker.onHint(topic, () => wake.wake());
  const consumers = options.consumers.map((consumer) => sweptConsumer(options, consumer));

  const verifying = {
    db,
    sentKeepMs: settings.OUTBOX_KEEP,
    invariants: [...coreInvariants(coreOf(options)), ...(options.invariants ?? [])],
  };
  const inTurn = turns();
  const verify = (name: string, cursor?: string) =>
    inTurn(() => verifyOne(verifying, name, cursor));
  const verifyAllIn = (budgetMs: number) =>
    verifyAll(verifying.invariants, verify, { clock, budgetMs });

  return {
    ledgers: options.ledgers ?? [],
    verifyOne: verify,
    verifyAll: verifyAllIn,
    tasks: [
      {
        name: "invariants",
        run: async ({ signal }) => {
          while (!signal.aborted) {
            const looked = await verifyAllIn(verifyEveryMs);
            if (looked.some(({ look }) => look.breaches.length > 0))
              await clock.sleep(lookAgainMs, signal);
            const verdicts = await stillBroken(looked, verify);
            tellBroken(log, verdicts);
            await keepVerdicts(db, verdicts);
            await clock.sleep(verifyEveryMs, signal);
          }
        },
      },
      reconcilerTask({
        ...options,
        consumers,
        streams: published,
        everyMs: settings.RECONCILE_EVERY,
        wake,
      }),
    ],
    checks: [nothingMissing(db)],
    reconcileNow: () => (isLeading() ? wake.wake() : broker.hint(topic)),
    [Symbol.dispose]: unhook,
  };
}

function tellBroken(log: Log, verdicts: readonly Verdict[]): void {
  for (const { name, look, problem } of verdicts) {
    const [first] = look.breaches;
    if (first)
      log.error("invariant broken", { invariant: name, count: look.breaches.length, first });
    if (problem !== null) log.warn("invariant not checked", { invariant: name, problem });
  }
}

/** Runs one after another. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    // Whoever asked hears of a failure; the next in turn does not.
    last = turn.catch(() => undefined);
    return turn;
  };
}

function coreOf<S>({
  service,
  settings,
  consumers,
  published,
}: Pick<MessagingOptions<S>, "service" | "settings" | "consumers"> & {
  readonly published: readonly PublishedStream[];
}): CoreInvariantOptions {
  return {
    service,
    streams: published.map(({ name }) => name),
    keyed: consumers.filter(({ order }) => order === "key").map(consumerName),
    connectionsMax: { requests: settings.DATABASE_CONNECTIONS_MAX, core: coreConnectionsMax },
  };
}

function sweptConsumer<S>(
  {
    db,
    settings,
    contracts,
  }: Pick<MessagingOptions<S>, "settings" | "contracts"> & { readonly db: Database },
  declared: ConsumerDeclaration<S>,
): SweptConsumer {
  const { stream, durable, order, handlers, versionsOf } = declared;
  const handled = new Set(handlers.map(({ type }) => type));
  const known = new Set(contracts.map(messageType));
  return {
    stream,
    durable,
    consumer: consumerName(declared),
    order,
    // What no contract describes is a dead letter, whoever listens to it.
    isHeard: (type) => handled.has(type) || !known.has(type),
    versionsOf: versionsOf && ((keys) => versionsOf(db, keys)),
    inboxKeepMs: inboxKeepMs(settings.OUTBOX_KEEP),
  };
}

/** Fails while messages are missing: somebody has to find out how. */
function nothingMissing(db: Database): HealthCheck {
  return {
    name: "reconciled",
    critical: false,
    probe: async () => {
      const missing = await confirmedCount(db);
      if (missing === 0) return;
      throw new Refusal("unavailable", "messages_missing", `${missing} messages are missing`);
    },
  };
}
