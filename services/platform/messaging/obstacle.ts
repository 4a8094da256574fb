/** The part of the way that a message does not get past. */
export const obstacleParts = [
  /** It does not answer, or stores nothing. */
  "broker",
  /** One stream takes nothing, or lost the message. */
  "stream",
  /** Nobody leads, or the leader's relay fails. */
  "relay",
  /** It is on its way out, or an earlier message of its key is not sent yet. */
  "outbox",
  /** It has not come to the message yet, or nobody runs it. */
  "consumer",
  /** Its handler failed and will be tried again. */
  "retry",
  /** It is parked behind another message of its key. */
  "lane",
  "dead_letter",
  /** The process does not answer. */
  "service",
  /** The process answers, its database does not. */
  "database",
  /** Nothing is known to be in the way. */
  "unknown",
] as const;

/** What a message waits for. */
export interface Obstacle {
  /** On whose side of the broker. */
  readonly service: string;
  readonly part: (typeof obstacleParts)[number];
  /** A clause, in words for an operator. */
  readonly text: string;
  /** What to do about it; null where it goes on by itself. */
  readonly next: string | null;
  readonly message: MessageAt | null;
  /** Messages that the consumer has yet to handle. */
  readonly lag: number | null;
  readonly deadLetterId: number | null;
  readonly attempts: number | null;
  readonly error: string | null;
  readonly retryAt: string | null;
}

export interface MessageAt {
  readonly type: string;
  readonly key: string;
  readonly version: number;
  readonly stream: string | null;
  readonly sequence: number | null;
}

/** An obstacle of which only what is given is known. */
export function obstacle(
  service: string,
  part: Obstacle["part"],
  known: Pick<Obstacle, "text" | "next"> & Partial<Obstacle>,
): Obstacle {
  const nothing = { lag: null, deadLetterId: null, attempts: null, error: null, retryAt: null };
  const { message = null, ...rest } = known;
  const at = message && {
    type: message.type,
    key: message.key,
    version: message.version,
    stream: message.stream,
    sequence: message.sequence,
  };
  return { service, part, ...nothing, ...rest, message: at };
}

/** Short, such as `order_created v1`. */
export function labelOf({ type, version }: Pick<MessageAt, "type" | "version">): string {
  return `${type.slice(type.lastIndexOf(".") + 1)} v${version}`;
}
