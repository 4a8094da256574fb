import type { StreamsView } from "@app/platform/messaging/ops-stream-views.ts";
import type { ConsumersView } from "@app/platform/messaging/ops-views.ts";
import { Notice } from "../../kit/notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { useEveryService } from "../ask.ts";
import { ConsolePage } from "../console-page.tsx";
import { useFilters } from "../filters.ts";
import { QbCommand } from "../qb-command.tsx";
import { Consumers } from "./consumers.tsx";
import { knownConsumers, knownStreams } from "./known-streams.ts";
import { StreamDetail } from "./stream-detail.tsx";
import { StreamList } from "./stream-list.tsx";
import { useRates } from "./use-rates.ts";
import "./streams.css";

/** Every service asks the broker for each of its streams and durables, which is no matter of every second. */
const streamsEveryMs = 4_000;

/** What each stream holds and who listens to it; one of them with its messages. */
export function StreamsPage() {
  const [filters] = useFilters();
  const answers = useEveryService<StreamsView>("streams", { everyMs: streamsEveryMs });
  const consumers = useEveryService<ConsumersView>("consumers");
  const streams = knownStreams(answers);
  const rates = useRates(streams);
  const away = answers.filter(({ problem }) => problem !== undefined).map(({ service }) => service);
  const chosen = streams.find(({ stream }) => stream.name === filters.stream);

  return (
    <ConsolePage
      title="Streams"
      about="what the broker holds, and how far each consumer is"
      actions={<QbCommand command="qb stream ls" />}
    >
      {away.length > 0 && (
        <Notice tone="warn" title={`Without ${away.join(", ")}`} role="status">
          Streams of theirs are told by whoever else uses them; their consumers are missing.
        </Notice>
      )}
      {streams.length === 0 && answers.some(({ loading }) => loading) ? (
        <Skeleton label="Asking for the streams">
          <Bone height="18rem" />
        </Skeleton>
      ) : (
        <StreamList streams={streams} rates={rates} chosen={chosen?.stream.name} />
      )}
      {chosen && <StreamDetail key={chosen.stream.name} known={chosen} />}
      <Consumers consumers={knownConsumers(consumers, streams)} />
    </ConsolePage>
  );
}
