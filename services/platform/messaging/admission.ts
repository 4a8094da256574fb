import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import type { HealthCheck } from "../health.ts";
import type { ServiceGauge } from "../metrics.ts";
import type { Database } from "../postgres.ts";
import { within } from "../within.ts";
import {
  type AdmissionFacts,
  type AdmissionLimits,
  admitted,
  judge,
  type QueueAhead,
  type Verdict,
  waitMs,
} from "./admission-rule.ts";
import type { Broker, DurableState } from "./broker.ts";
import { outboxSize } from "./outbox-size.ts";
import { type QueueWatch, queueWatch } from "./queue-watch.ts";
import { wakeable } from "./wake.ts";

/** A durable that a new message, or what follows from it, has to pass. */
export interface DurableOnTheWay {
  readonly stream: string;
  readonly durable: string;
}

export interface AdmissionOptions extends AdmissionLimits {
  readonly db: Database;
  readonly broker: Pick<Broker, "connected" | "durableState" | "streamState">;
  /** In the order in which they are passed: the first is fed by this service's outbox. */
  readonly way: readonly DurableOnTheWay[];
  /** A broker that stored nothing for longer is away, though it may answer. */
  readonly outageAfterMs: number;
  /** One that takes longer to answer is away. */
  readonly answerWithinMs?: number;
  readonly clock: Clock;
}

/** Says whether new work can be done in time. Each replica finds out for itself. */
export interface Admission {
  /** The last verdict, from memory. To be asked before each piece of work: that is how more is expected. */
  verdict(): Verdict;
  /** Looks again and again until `signal` aborts. Until the first look, and after the last, all is admitted. */
  run(signal: AbortSignal): Promise<void>;
  /** Fails while new work is refused, which does not make the service unavailable: the rest is answered. */
  readonly check: HealthCheck;
  readonly gauges: readonly ServiceGauge[];
}

const lookEveryMs = 500;
/** How long it waits besides for a first order while its last look found nothing waiting. */
const idleMs = 1_500;
const nothingKnown: AdmissionFacts = { outboxRows: 0, brokerAnswers: false, queues: [] };

export function admission(options: AdmissionOptions): Admission {
  const { clock, way } = options;
  const watches = way.map((durable) => ({ ...durable, watch: queueWatch() }));
  let facts = nothingKnown;
  let verdict = admitted;
  const asked = wakeable();

  return {
    verdict() {
      asked.wake();
      return verdict;
    },
    async run(signal) {
      try {
        while (!signal.aborted) {
          facts = await look(options, watches);
          verdict = judge(facts, options);
          if (nothingWaits(facts)) await asked.next(idleMs, clock, signal);
          await clock.sleep(lookEveryMs, signal);
        }
      } finally {
        facts = nothingKnown;
        verdict = admitted;
      }
    },
    check: {
      name: "admission",
      critical: false,
      probe: () => {
        if (verdict.kind === "admitted") return;
        throw new Refusal("unavailable", verdict.because, texts[verdict.because]);
      },
    },
    gauges: gaugesOf(
      () => facts,
      () => verdict,
    ),
  };
}

const nothingWaits = ({ outboxRows, brokerAnswers, queues }: AdmissionFacts) =>
  brokerAnswers && outboxRows === 0 && queues.every(({ ahead }) => ahead === 0);

const texts = {
  outbox_full: "the outbox is full: nothing new is taken on",
  backlog_too_long: "more waits than can be done in time: nothing new is taken on",
} as const;

interface Watched extends DurableOnTheWay {
  readonly watch: QueueWatch;
}

async function look(
  { db, broker, outageAfterMs, answerWithinMs = 1_000, clock }: AdmissionOptions,
  watches: readonly Watched[],
): Promise<AdmissionFacts> {
  const [{ rows, brokerSilentMs }, answer] = await Promise.all([
    outboxSize(db),
    askBroker(broker, watches, answerWithinMs),
  ]);
  if (!answer || brokerSilentMs === undefined || brokerSilentMs > outageAfterMs) {
    for (const { watch } of watches) watch.interrupt();
    return { outboxRows: rows, brokerAnswers: false, queues: [] };
  }

  const atMs = clock.monotonicMs();
  // No deadline runs for what a full stream keeps out: it is no listener's backlog.
  const coming = answer.takesMessages ? rows : 0;
  const queues = watches.map(({ watch }, index): QueueAhead => {
    const { pending, unacknowledged, delivered } = answer.durables[index] ?? none;
    const waiting = pending + unacknowledged;
    watch.observe({ atMs, waiting, served: delivered - unacknowledged });
    return { ahead: waiting + (index === 0 ? coming : 0), ...watch.pace() };
  });
  return { outboxRows: rows, brokerAnswers: true, queues };
}

const none = { pending: 0, unacknowledged: 0, delivered: 0 };

interface BrokerAnswer {
  readonly durables: readonly (DurableState | undefined)[];
  /** Whether the first stream has room for what the outbox holds. */
  readonly takesMessages: boolean;
}

/** Undefined when the broker does not say, or not in time. */
async function askBroker(
  broker: AdmissionOptions["broker"],
  watches: readonly DurableOnTheWay[],
  answerWithinMs: number,
): Promise<BrokerAnswer | undefined> {
  const [first] = watches;
  if (!broker.connected() || !first) return undefined;
  const asked = Promise.all([
    broker.streamState(first.stream),
    ...watches.map(({ stream, durable }) => broker.durableState(stream, durable)),
  ]);
  try {
    const [stream, ...durables] = await within(asked, answerWithinMs, "the broker does not answer");
    return { durables, takesMessages: stream !== undefined && stream.full !== true };
  } catch {
    return undefined; // A broker that is away is no reason to refuse anything.
  }
}

function gaugesOf(facts: () => AdmissionFacts, verdict: () => Verdict): readonly ServiceGauge[] {
  const gauge = (name: string, help: string, value: () => number): ServiceGauge => ({
    name,
    help,
    everyMs: 0,
    read: async () => value(),
  });
  return [
    gauge("admission_refusing", "1 while new work is refused.", () =>
      verdict().kind === "refused" ? 1 : 0,
    ),
    gauge("admission_messages_ahead", "Messages that are served before a new one.", () =>
      facts().queues.reduce((sum, { ahead }) => sum + ahead, 0),
    ),
    gauge("admission_service_seconds", "What one message costs at the slowest listener.", () =>
      Math.max(0, ...facts().queues.map(({ serviceMs = 0 }) => serviceMs / 1_000)),
    ),
    gauge(
      "admission_wait_seconds",
      "How long a new message would wait.",
      () => waitMs(facts().queues) / 1_000,
    ),
  ];
}
