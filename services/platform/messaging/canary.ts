import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import type { HealthCheck } from "../health.ts";
import type { Broker } from "./broker.ts";
import { encodeHeaders } from "./headers.ts";
import type { OutboxStore } from "./outbox-store.ts";

export interface Canary {
  /** Publishes for as long as the service runs. A failed publish is a finding, not a fault of the loop. */
  run(signal: AbortSignal): Promise<void>;
  readonly check: HealthCheck;
}

/** A silence longer than this was an outage; deadlines count from its end. */
export const defaultOutageAfterMs = 15_000;
/** So many flights fit into a silence that is no outage yet. */
const flightsPerSilence = 3;
/** A dead end is known by what it does not answer: who publishes nothing else finds out by this. */
const everyMaxMs = 2_000;
/** Soon after a failure, because a start is waiting for its connection, and then ever later. */
const retryFirstMs = 50;
const retryMaxMs = 1_000;

export interface CanaryOptions {
  readonly broker: Broker;
  readonly outbox: OutboxStore;
  readonly service: string;
  /** Shorter than the default where deadlines are: an outage must be noticed before they pass. */
  readonly outageAfterMs?: number | undefined;
  readonly clock: Clock;
}

/**
 * Proves that the broker still stores: one whose disk is full answers its health check but takes no
 * message. Each service overwrites one message of its own.
 */
export function canary({
  broker,
  outbox,
  service,
  outageAfterMs = defaultOutageAfterMs,
  clock,
}: CanaryOptions): Canary {
  const everyMs = Math.min(everyMaxMs, outageAfterMs / flightsPerSilence);
  let problem: string | undefined = "no canary was published yet";

  return {
    async run(signal) {
      let retryMs = retryFirstMs;
      while (!signal.aborted) {
        const stored = await broker
          .publish({
            subject: `canary.v1.${service}`,
            headers: encodeHeaders({ "ce-time": clock.now().toISOString() }),
            payload: new Uint8Array(),
          })
          .catch((error: unknown) => {
            problem = error instanceof Error ? error.message : String(error);
          });
        if (stored) {
          problem = undefined;
          retryMs = retryFirstMs;
          await outbox.noteBrokerSeen(outageAfterMs);
          await clock.sleep(everyMs, signal);
        } else {
          await clock.sleep(retryMs, signal);
          retryMs = Math.min(retryMs * 2, retryMaxMs);
        }
      }
    },
    check: {
      name: "canary",
      critical: false,
      probe: () => {
        if (problem !== undefined) throw new Refusal("unavailable", "canary_failed", problem);
      },
    },
  };
}
