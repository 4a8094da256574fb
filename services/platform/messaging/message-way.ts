import type { DurableState } from "./broker.ts";
import { labelOf, type MessageAt, type Obstacle, obstacle } from "./obstacle.ts";
import { obstacleAtConsumer } from "./obstacle-at-consumer.ts";
import { obstacleInOutbox } from "./obstacle-in-outbox.ts";
import type { MessagesView, ReceivedMessageView } from "./ops-views.ts";
import type { ServiceReport } from "./service-report.ts";

/** One message from one service to another. */
export interface Hop {
  readonly from: string;
  readonly to: string;
  readonly key: string;
  readonly version: number;
  readonly stream: string;
  readonly durable: string;
}

export interface Way {
  /** Each caused by the one before, the last one last. */
  readonly hops: readonly Hop[];
  readonly reports: readonly ServiceReport[];
  /** The durables by name, as the broker shows them to whoever asks; for receivers that are silent. */
  readonly durables: ReadonlyMap<string, DurableState>;
}

type Standing =
  | { readonly kind: "obstacle"; readonly obstacle: Obstacle }
  | { readonly kind: "arrived" }
  | { readonly kind: "not_stated" };

/**
 * The first thing that is in the way of a chain of messages; undefined when the last one has
 * arrived. Looks from the end, because what has come further tells that all before it is done.
 */
export function obstacleOn(way: Way): Obstacle | undefined {
  const { hops } = way;
  for (const [index, hop] of [...hops.entries()].reverse()) {
    const standing = standingOf(hop, way);
    if (standing.kind === "obstacle") return standing.obstacle;
    if (standing.kind === "not_stated") continue;
    const answer = hops[index + 1];
    return (
      answer &&
      (inLongOutbox(answer, way) ??
        unknown(answer.from, `${hop.to} has handled ${hop.key} and recorded no answer`))
    );
  }
  const [first] = hops;
  return (
    first &&
    (inLongOutbox(first, way) ??
      unknown(first.from, `there is no record of a message of ${first.key} any more`))
  );
}

/** What was stated and is nowhere else waits in the outbox, though that is too long to find it there. */
function inLongOutbox(hop: Hop, { reports }: Way): Obstacle | undefined {
  const sender = reports.find(({ service }) => service === hop.from);
  const view = viewOf(sender, hop.key);
  if (sender?.kind !== "told" || view?.outboxUnread !== true) return undefined;
  const { sent } = view;
  return obstacleInOutbox({ hop, sent, wanted: undefined, outbox: sender.outbox });
}

function standingOf(hop: Hop, { reports, durables }: Way): Standing {
  const { key, version, durable } = hop;
  const sender = reports.find(({ service }) => service === hop.from);
  const receiver = reports.find(({ service }) => service === hop.to);
  const received = viewOf(receiver, key)?.received.find(({ consumer }) => consumer === durable);
  const message = received?.messages.find((each) => each.version === version);
  if (message?.state === "discarded") return standing(givenUp(hop, { ...message, key }));
  if (message?.state === "handled" || (received?.lane?.version ?? 0) >= version) {
    return { kind: "arrived" };
  }
  if (message && received && receiver?.kind === "told") {
    const at = { ...message, key, stream: hop.stream };
    const { consumers } = receiver;
    return standing(obstacleAtConsumer({ hop, message: at, received, consumers }));
  }

  const sent = viewOf(sender, key)?.sent ?? [];
  const wanted = sent.find((each) => each.version === version);
  if (!wanted) return { kind: "not_stated" };
  if (wanted.sentAt === null && sender?.kind === "told") {
    return standing(obstacleInOutbox({ hop, sent, wanted, outbox: sender.outbox }));
  }
  const at = { ...wanted, key };
  return standing(
    lostSight({
      hop,
      message: at,
      receiver,
      asked: received?.streamAsked === true,
      durable: durables.get(durable),
    }),
  );
}

/** Its lane is past it, and nothing will follow from it. */
function givenUp(
  { to, durable, stream }: Hop,
  message: ReceivedMessageView & { readonly key: string },
): Obstacle {
  const deadLetterId = message.deadLetterId ?? 0;
  const letter = `${to}/${deadLetterId}`;
  return obstacle(to, "dead_letter", {
    text: `${labelOf(message)} was given up: its dead letter of ${durable}, ${letter}, was discarded`,
    next: `qb dlq restore ${letter}`,
    message: { ...message, stream },
    deadLetterId,
  });
}

/** It is with the broker, and the receiver does not say what became of it. */
function lostSight({
  hop: { to, durable: name, stream },
  message,
  receiver,
  asked,
  durable,
}: {
  readonly hop: Hop;
  readonly message: MessageAt;
  readonly receiver: ServiceReport | undefined;
  readonly asked: boolean;
  readonly durable: DurableState | undefined;
}): Obstacle {
  const what = labelOf(message);
  if (receiver?.kind === "silent") {
    const takenIn = durable && message.sequence !== null && durable.ackFloor >= message.sequence;
    const nobody = durable?.pulls === 0 ? `, and nobody pulls from ${name}` : "";
    const where = takenIn ? `${to} has taken in ${what}` : `${what} waits in ${stream}`;
    const who = receiver.part === "database" ? `the database of ${to}` : to;
    return obstacle(to, receiver.part, {
      text: `${where}, but ${who} does not answer (${receiver.problem})${nobody}`,
      next: "qb doctor",
      message,
      lag: durable ? durable.pending + durable.unacknowledged : null,
    });
  }
  if (!asked) {
    return obstacle(to, "broker", {
      text: `${what} is in ${stream}, but ${to} gets no answer from the broker`,
      next: "qb doctor",
      message,
    });
  }
  return obstacle(to, "stream", {
    text: `${stream} no longer holds ${what}; it is sent again once its loss is noticed`,
    next: "qb doctor",
    message,
  });
}

const standing = (obstacle: Obstacle): Standing => ({ kind: "obstacle", obstacle });

const unknown = (service: string, text: string) =>
  obstacle(service, "unknown", { text, next: "qb verify" });

function viewOf(report: ServiceReport | undefined, key: string): MessagesView | undefined {
  return report?.kind === "told" ? report.messages.find((view) => view.key === key) : undefined;
}
