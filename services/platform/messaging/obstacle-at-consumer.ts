import type { Hop } from "./message-way.ts";
import { labelOf, type MessageAt, type Obstacle, obstacle } from "./obstacle.ts";
import type { ConsumersView, MessagesView, ReceivedMessageView } from "./ops-views.ts";

type Received = MessagesView["received"][number];

export interface AtConsumer {
  readonly hop: Hop;
  /** It is not handled. */
  readonly message: ReceivedMessageView & MessageAt;
  readonly received: Received;
  readonly consumers: ConsumersView["consumers"];
}

/** Why a consumer that can see a message, or has set it aside, has not handled it. */
export function obstacleAtConsumer(at: AtConsumer): Obstacle {
  const { hop, message } = at;
  const { to, durable } = hop;
  const what = labelOf(message);
  const { attempts, error, retryAt } = message;

  if (message.state === "dead") {
    const id = message.deadLetterId ?? 0;
    return obstacle(to, "dead_letter", {
      text: `${what} is a dead letter of ${durable}, ${to}/${id} (${error ?? "no reason"})`,
      next: `qb dlq redrive ${to}/${id}`,
      message,
      deadLetterId: id,
      attempts,
      error,
    });
  }
  if (attempts > 0) {
    const when = retryAt === null ? "is to try it again" : `tries it again at ${retryAt}`;
    const times = attempts === 1 ? "once" : `${attempts} times`;
    return obstacle(to, "retry", {
      text: `${durable} failed ${times} at ${what} and ${when} (${error ?? "no reason"})`,
      next: null,
      message,
      attempts,
      error,
      retryAt,
    });
  }
  return message.state === "parked" ? parkedBehind(at) : notReached(at);
}

function parkedBehind({ hop: { to, durable, key }, message, received }: AtConsumer): Obstacle {
  const { lane } = received;
  const parked = `${labelOf(message)} is parked by ${durable}`;
  const found = (why: string, next: string | null, deadLetterId: number | null = null) =>
    obstacle(to, "lane", { text: `${parked} ${why}`, next, message, deadLetterId });

  const wanted = (lane?.version ?? 0) + 1;
  if (lane?.state === "blocked" && lane.deadLetterId !== null) {
    const letter = `${to}/${lane.deadLetterId}`;
    return found(
      `behind the dead letter ${letter} of v${wanted}`,
      `qb dlq redrive ${letter}`,
      lane.deadLetterId,
    );
  }
  if (wanted === message.version) return found("and is run next", null);
  if (lane?.state === "stuck") {
    return found(
      `for v${wanted}, which the stream no longer has`,
      `qb lane skip ${durable} ${key}`,
    );
  }
  const ahead = received.messages.find(({ version }) => version === wanted);
  if (ahead?.state === "parked" && ahead.attempts > 0) {
    return found(`behind v${wanted}, which failed (${ahead.error ?? "no reason"})`, null);
  }
  return found(`until v${wanted} comes`, null);
}

function notReached({ hop, message, received, consumers }: AtConsumer): Obstacle {
  const { to, durable, stream } = hop;
  const what = labelOf(message);
  const seen = consumers.find(({ consumer }) => consumer === durable);
  const found = (
    part: Obstacle["part"],
    text: string,
    { next = null, lag = null }: { next?: string | null; lag?: number | null } = {},
  ) => obstacle(to, part, { text, next, lag, message });

  if (received.lane?.behind === true) {
    const text = `${what} was left in ${stream}: ${durable} has parked as much of its key as it may`;
    return found("lane", text, { next: "qb lane ls" });
  }
  if (!seen?.broker) {
    const why = seen?.problem ?? "the broker says nothing of it";
    return found("consumer", `${what} is in ${stream}, and ${durable} cannot be asked (${why})`, {
      next: "qb doctor",
    });
  }
  const { pending, unacknowledged, pulls } = seen.broker;
  const lag = pending + unacknowledged;
  if (pulls === 0 && unacknowledged === 0) {
    const text = `${what} is in ${stream}, and nobody pulls from ${durable}: its consumer does not run`;
    return found("consumer", text, { next: "qb doctor", lag });
  }
  if (seen.problem !== null) {
    const text = `${what} is in ${stream}, and the consumer of ${durable} fails (${seen.problem})`;
    return found("consumer", text, { next: "qb doctor", lag });
  }
  const many = lag === 1 ? "1 message is" : `${lag} messages are`;
  return found("consumer", `${durable} has not handled ${what} yet: ${many} before it or in hand`, {
    lag,
  });
}
