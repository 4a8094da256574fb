import { Refusal } from "../errors.ts";
import { within } from "../within.ts";
import { type AuditEntry, appendToAudit } from "./audit.ts";
import { absentIfMissing } from "./jetstream-errors.ts";
import type { ConsumerPauseView } from "./ops-stream-views.ts";
import { connectionOf, managerOf, type StreamAccess } from "./ops-streams.ts";

const answerWithinMs = 3_000;

export interface PauseAct {
  readonly consumer: string;
  readonly reason: string | undefined;
  readonly actor: string;
}

/**
 * Lets the broker deliver nothing to a consumer until then; what is in hand is finished. It is
 * audited before it is done: an entry may have had no effect, an effect has always its entry.
 */
export async function pauseConsumer(
  access: StreamAccess,
  { seconds, ...act }: PauseAct & { readonly seconds: number },
): Promise<ConsumerPauseView> {
  const until = new Date(Date.now() + seconds * 1_000);
  const entry = { action: "pause consumer", detail: { until: until.toISOString() } };
  return changePause(access, act, { until, entry });
}

/** Lets the broker deliver again. Does nothing to a consumer that is not paused, and audits it all the same. */
export function resumeConsumer(access: StreamAccess, act: PauseAct): Promise<ConsumerPauseView> {
  const entry = { action: "resume consumer", detail: {} };
  return changePause(access, act, { until: new Date(0), entry });
}

interface PauseChange {
  /** A moment that is past resumes. */
  readonly until: Date;
  readonly entry: Pick<AuditEntry, "action" | "detail">;
}

async function changePause(
  { inspected, broker }: StreamAccess,
  { consumer, reason, actor }: PauseAct,
  { until, entry }: PauseChange,
): Promise<ConsumerPauseView> {
  const { stream, durable } = consumerCalled(inspected.consumers, consumer);
  const jsm = await managerOf(await connectionOf(broker));
  const asked = absentIfMissing(() => jsm.consumers.info(stream, durable));
  if (!(await within(asked, answerWithinMs, silent()))) {
    const text = `there is no durable ${durable} on ${stream}`;
    throw new Refusal("not_found", "durable_not_found", text);
  }

  await appendToAudit(inspected.db.q, {
    actor,
    action: entry.action,
    target: `consumer/${consumer}`,
    detail: { ...entry.detail, stream, reason: reason ?? null },
  });
  const changed = jsm.consumers.pause(stream, durable, until);
  const { paused, pause_until: end } = await within(changed, answerWithinMs, silent());
  const pausedUntil = paused && end !== undefined ? new Date(end).toISOString() : null;
  return { consumer, stream, pausedUntil };
}

const silent = () =>
  new Refusal("unavailable", "broker_unavailable", "the broker does not answer", {
    retryAfterSeconds: 1,
  });

function consumerCalled(
  consumers: StreamAccess["inspected"]["consumers"],
  name: string,
): StreamAccess["inspected"]["consumers"][number] {
  const found = consumers.find(({ consumer }) => consumer === name);
  if (found) return found;
  const text = `no consumer is called ${name.slice(0, 100)}`;
  throw new Refusal("not_found", "consumer_not_found", text);
}
