import type { Hop } from "./message-way.ts";
import { labelOf, type Obstacle, obstacle } from "./obstacle.ts";
import type { OutboxView, SentMessageView } from "./ops-views.ts";

/** Why a message is still in its service's outbox. */
export function obstacleInOutbox({
  hop: { from, key, version, stream },
  sent,
  wanted,
  outbox,
}: {
  readonly hop: Hop;
  readonly sent: readonly SentMessageView[];
  /** Undefined when it must be there, in an outbox too long to be read through. */
  readonly wanted: SentMessageView | undefined;
  readonly outbox: OutboxView;
}): Obstacle {
  const { broker, relay, backlog } = outbox;
  // Of a key the first message goes first, so what holds it holds all.
  const first = sent.find(({ sentAt }) => sentAt === null) ?? wanted;
  const behind =
    first && first.version < version
      ? ` behind ${labelOf(first)} of ${key}, which is not sent`
      : "";
  const what = wanted ? labelOf(wanted) : `v${version} of ${key}`;
  const stays = `${what} is in the outbox of ${from}${behind}`;
  const found = (part: Obstacle["part"], why: string, next: string | null) =>
    obstacle(from, part, {
      text: `${stays}${why === "" ? "" : `: ${why}`}`,
      next,
      message: wanted ? { ...wanted, key } : null,
    });

  if (broker.problem !== null) {
    return found(
      "broker",
      `the broker takes nothing from ${from} (${broker.problem})`,
      "qb doctor",
    );
  }
  const problem = outbox.streams.find((each) => each.stream === stream)?.problem ?? null;
  if (problem !== null) {
    return found("stream", `the stream ${stream} takes nothing (${problem})`, "qb topology plan");
  }
  if (relay.leader === null) {
    return found("relay", `no replica of ${from} leads the relay`, "qb doctor");
  }
  if (relay.leader.application !== `${from} leader`) {
    const { application, pid } = relay.leader;
    const who = `the session ${pid} of ${application || "somebody"}`;
    return found("relay", `${who} holds the lock of the relay's leader`, "qb doctor");
  }
  if (relay.problem !== null) {
    return found("relay", `the relay of ${from} fails (${relay.problem})`, "qb doctor");
  }
  const others = backlog.count - 1;
  const many = `${others}${backlog.atLeast ? " or more" : ""} other messages wait there`;
  return found("outbox", others > 0 ? many : "", null);
}
