import type {
  StreamDurableView,
  StreamsView,
  StreamView,
} from "@app/platform/messaging/ops-stream-views.ts";
import type { ConsumersView } from "@app/platform/messaging/ops-views.ts";
import type { Answer } from "../ask.ts";
import type { ServiceName } from "../ops.ts";

export interface KnownStream {
  readonly stream: StreamView;
  /** Who told it, and may be asked for its messages. */
  readonly by: ServiceName;
  /** When the broker was asked; unix milliseconds of that service. */
  readonly at: number;
}

/** Every stream once, by name: its owner's word first, but rather anybody's that the broker answered. */
export function knownStreams(answers: readonly Answer<StreamsView>[]): readonly KnownStream[] {
  const told = answers.flatMap(({ service, value, problem }) =>
    (value?.streams ?? []).map((stream) => ({
      stream,
      by: service,
      at: Date.parse(value?.at ?? ""),
      rank:
        (problem === undefined ? 4 : 0) +
        (stream.state === null ? 0 : 2) +
        (stream.owner === service ? 1 : 0),
    })),
  );
  const best = new Map<string, KnownStream>();
  for (const { rank: _, ...known } of told.toSorted((a, b) => a.rank - b.rank)) {
    best.set(known.stream.name, known);
  }
  return [...best.values()].toSorted((a, b) => a.stream.name.localeCompare(b.stream.name));
}

/** A consumer by the broker's word and by its service's. */
export interface KnownConsumer {
  readonly service: ServiceName;
  readonly held: ConsumersView["consumers"][number];
  readonly durable: StreamDurableView | undefined;
}

export function knownConsumers(
  answers: readonly Answer<ConsumersView>[],
  streams: readonly KnownStream[],
): readonly KnownConsumer[] {
  // A service has one durable on a stream; durables of several streams may have one name.
  const durables = new Map(
    streams.flatMap(({ stream: { name, durables } }) =>
      durables.map((durable) => [`${durable.service} ${name}`, durable]),
    ),
  );
  return answers.flatMap(({ service, value }) =>
    (value?.consumers ?? []).map((held) => ({
      service,
      held,
      durable: durables.get(`${service} ${held.stream}`),
    })),
  );
}

/** Why a consumer does not get on; undefined while it does. A pause is no failure, but must be seen. */
export function troubleOf({ held, durable }: KnownConsumer): string | undefined {
  const until = durable?.state?.pausedUntil;
  if (until !== null && until !== undefined) return undefined;
  return held.problem ?? undefined;
}
