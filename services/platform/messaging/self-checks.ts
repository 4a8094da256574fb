import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import type { HealthCheck } from "../health.ts";
import type { Log } from "../log.ts";
import type { Database } from "../postgres.ts";
import type { Broker } from "./broker.ts";
import type { LeaderTask } from "./leader.ts";
import { inboxKeepMs } from "./maintenance.ts";
import { messageType } from "./message.ts";
import type { ConsumerDeclaration, MessagingOptions } from "./messaging.ts";
import { confirmedCount } from "./postgres-reconcile.ts";
import type { PublishedStream } from "./published-stream.ts";
import type { SweptConsumer } from "./reconcile-received.ts";
import { reconcilerTask } from "./reconciler.ts";
import { wakeable } from "./wake.ts";

/** How a core looks after itself. */
export interface SelfChecks extends Disposable {
  readonly tasks: readonly LeaderTask[];
  readonly checks: readonly HealthCheck[];
  /** Tells the reconciler, wherever it runs, to go on at once. */
  reconcileNow(): void;
}

/** Starts nothing by itself: what one replica does for all is for its leader to run. */
export function selfChecks<S>(
  options: Pick<MessagingOptions<S>, "service" | "settings" | "consumers" | "contracts"> & {
    readonly db: Database;
    readonly broker: Broker;
    readonly clock: Clock;
    readonly log: Log;
    readonly published: readonly PublishedStream[];
    readonly isLeading: () => boolean;
  },
): SelfChecks {
  const { service, settings, db, broker, published, isLeading } = options;
  const wake = wakeable();
  const topic = `reconciler.${service}`;
  const unhook = broker.onHint(topic, () => wake.wake());
  const consumers = options.consumers.map((consumer) => sweptConsumer(options, consumer));

  return {
    tasks: [
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

function sweptConsumer<S>(
  {
    db,
    settings,
    contracts,
  }: Pick<MessagingOptions<S>, "settings" | "contracts"> & { readonly db: Database },
  { stream, durable, order, handlers, versionsOf }: ConsumerDeclaration<S>,
): SweptConsumer {
  const handled = new Set(handlers.map(({ type }) => type));
  const known = new Set(contracts.map(messageType));
  return {
    stream,
    durable,
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
