import {
  createInbox,
  type MsgHdrs,
  type NatsConnection,
  type PermissionViolationError,
} from "nats";
import type { Clock } from "../clock.ts";
import type { AnswerWatch, Published } from "./answer-watch.ts";
import { type PubAck, PublishRefused } from "./broker.ts";
import { type BrokerUser, inboxOf } from "./broker-user.ts";

/** Publishes whose acknowledgements share one inbox and one timer. */
export interface PublishWindow {
  publish(subject: string, payload: Uint8Array, headers: MsgHdrs): Promise<PubAck>;
  /** Rejects what was published to a subject on which the broker lets this user say nothing. */
  forbidden(error: PermissionViolationError): void;
  /** Rejects whatever is unanswered. */
  giveUp(reason: Error): void;
  close(): void;
}

interface Waiting {
  readonly resolve: (ack: PubAck) => void;
  readonly reject: (error: Error) => void;
  readonly sentMs: number;
  readonly message: Published;
}

const sweepEveryMs = 250;

/**
 * The client's own publish makes an inbox, a timer and a trace for each message; sharing them makes
 * publishing several times as fast, with the same guarantee: it resolves only on the broker's word.
 */
export function publishWindow({
  nc,
  user,
  clock,
  timeoutMs,
  watch,
}: {
  readonly nc: NatsConnection;
  readonly user: BrokerUser | undefined;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly watch: AnswerWatch;
}): PublishWindow {
  const inbox = createInbox(user && inboxOf(user));
  const waiting = new Map<string, Waiting>();
  let count = 0;

  const subscription = nc.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      const token = message.subject.slice(inbox.length + 1);
      const asked = waiting.get(token);
      if (!asked) return;
      waiting.delete(token);
      if (error) return asked.reject(error);
      try {
        const body = message.headers?.code === 503 ? nobody : message.json<AckBody>();
        // Without a leader, or on a node that lost its cluster, there is nobody who could judge.
        if (body.error?.code === 503) watch.unanswered(asked.sentMs, asked.message);
        else watch.answered();
        asked.resolve(readAck(body));
      } catch (fault) {
        asked.reject(fault instanceof Error ? fault : new Error(String(fault)));
      }
    },
  });

  const sweeper = setInterval(() => {
    const nowMs = clock.monotonicMs();
    for (const [token, { sentMs, message, reject }] of waiting) {
      if (sentMs + timeoutMs > nowMs) break;
      waiting.delete(token);
      reject(new Error(`the broker did not acknowledge within ${timeoutMs} ms`));
      watch.unanswered(sentMs, message);
    }
  }, sweepEveryMs);

  return {
    publish: (subject, payload, headers) =>
      new Promise((resolve, reject) => {
        const token = (count++).toString(36);
        const message = { subject, payload, headers };
        waiting.set(token, { resolve, reject, sentMs: clock.monotonicMs(), message });
        try {
          nc.publish(subject, payload, { reply: `${inbox}.${token}`, headers });
        } catch (error) {
          waiting.delete(token);
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      }),
    forbidden: (error) => {
      for (const [token, { message, reject }] of waiting) {
        if (error.operation !== "publish" || message.subject !== error.subject) continue;
        waiting.delete(token);
        reject(error);
      }
    },
    giveUp: (reason) => {
      for (const { reject } of waiting.values()) reject(reason);
      waiting.clear();
    },
    close: () => {
      clearInterval(sweeper);
      subscription.unsubscribe();
    },
  };
}

interface AckBody {
  readonly stream?: string;
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: {
    /** As in HTTP. */
    readonly code?: number;
    readonly description?: string;
    readonly err_code?: number;
  };
}

/** The server knows of no stream for the subject, or of no leader that speaks for it. */
const nobody: AckBody = { error: { code: 503, description: "no stream takes this subject" } };

function readAck(body: AckBody): PubAck {
  if (body.error) {
    const { description = "refused", err_code } = body.error;
    throw new PublishRefused(err_code === undefined ? description : `${description} (${err_code})`);
  }
  if (body.stream === undefined || body.seq === undefined) {
    throw new PublishRefused("the broker's answer is not an acknowledgement");
  }
  return { stream: body.stream, sequence: body.seq, duplicate: body.duplicate === true };
}
