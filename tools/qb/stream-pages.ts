import {
  StreamMessagesView,
  StreamsView,
  type StreamView,
} from "@app/platform/messaging/ops-stream-views.ts";
import { askEach } from "./ask-each.ts";
import { Failure } from "./failure.ts";
import type { ServiceClient } from "./service-client.ts";

/** Which messages of a stream are asked for. */
export interface StreamFilter {
  readonly from?: number | undefined;
  readonly before?: number | undefined;
  /** RFC 3339. */
  readonly since?: string | undefined;
  readonly type?: string | undefined;
  readonly key?: string | undefined;
  readonly limit: string;
}

/**
 * Every stream once, by name. Those who publish to it or listen to it all tell of it: its owner is
 * believed first, then whoever had an answer from the broker.
 */
export async function knownStreams(services: readonly ServiceClient[]) {
  const { found, unanswered, requireAll } = await askEach(services, (service) =>
    service.ask("/ops/v1/streams", StreamsView),
  );
  const told = found.flatMap(({ service, streams }) =>
    streams.map((stream) => ({ stream, rank: rankOf(stream, service) })),
  );
  const best = new Map<string, StreamView>();
  for (const { stream } of told.toSorted((a, b) => a.rank - b.rank)) best.set(stream.name, stream);
  const streams = [...best.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  return { streams, unanswered, requireAll };
}

const rankOf = ({ state, owner }: StreamView, service: string) =>
  (state === null ? 0 : 2) + (owner === service ? 1 : 0);

/** Some messages of a stream, from the first service that has it and answers. */
export async function pageOf(
  services: readonly ServiceClient[],
  stream: string,
  filter: StreamFilter,
): Promise<StreamMessagesView> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined) query.set(name, String(value));
  }
  const { found } = await askEach(services, async (service) => {
    const { streams } = await service.ask("/ops/v1/streams", StreamsView);
    return { service, names: streams.map(({ name }) => name) };
  });
  const having = found.find(({ names }) => names.includes(stream))?.service;
  if (having) {
    const path = `/ops/v1/streams/${encodeURIComponent(stream)}/messages?${query}`;
    return having.ask(path, StreamMessagesView);
  }
  const names = [...new Set(found.flatMap((each) => each.names))].toSorted().join(", ");
  throw new Failure("usage", `no stream is called ${stream}: there is ${names}`, {
    next: "qb stream ls",
  });
}
