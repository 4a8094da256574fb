import type { FoundMessageView } from "@app/platform/messaging/ops-stream-views.ts";
import { Empty } from "../../kit/empty.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { type Answer, useEveryService } from "../ask.ts";
import { ConsolePage } from "../console-page.tsx";
import { GoTo } from "../go-to.tsx";
import { messageName } from "../message-type.ts";
import { QbCommand } from "../qb-command.tsx";
import { shellWord } from "../shell-word.ts";

const places = {
  outbox: "in the outbox",
  stream: "in its stream",
  parked: "parked, waiting for its turn",
  dead_letter: "a dead letter",
} as const;

/** Asks every service for a message of which only its id is known. */
export const useFoundMessage = (id: string) =>
  useEveryService<FoundMessageView>(`messages/${encodeURIComponent(id)}`, { everyMs: 0 });

/** One message by its id alone, and the way to the life it is part of. */
export function FollowMessage({ id }: { readonly id: string }) {
  const answers = useFoundMessage(id);
  return (
    <ConsolePage
      title="Message"
      about={<code>{id}</code>}
      actions={<QbCommand command={`qb message find ${shellWord(id)}`} />}
    >
      <MessagePlace answers={answers} />
    </ConsolePage>
  );
}

export function MessagePlace({
  answers,
}: {
  readonly answers: readonly Answer<FoundMessageView>[];
}) {
  const there = answers.find(({ value }) => value?.found);
  const found = there?.value?.found;
  const away = answers.filter(({ problem }) => problem !== undefined).map(({ service }) => service);
  const unread = answers.flatMap(({ service, value }) =>
    (value?.unread ?? []).map((part) => `${part} of ${service}`),
  );
  if (!there || !found) {
    if (answers.some(({ loading }) => loading)) {
      return (
        <Skeleton label="Looking for the message">
          <Bone height="9rem" />
        </Skeleton>
      );
    }
    return (
      <Empty title="Nobody knows this id">
        A message is found while it waits, when it failed, and in its stream by the moment that its
        id tells or at which it was handled.
        {away.length > 0 && ` Not asked, because away: ${away.join(", ")}.`}
        {unread.length > 0 && ` Not looked through in time: ${unread.join(", ")}.`}
      </Empty>
    );
  }
  const { where, key, version, type, stream, sequence, deadLetterId } = found;
  return (
    <section className="card pad" aria-label="Where the message is">
      <dl className="kvs">
        <dt>Message</dt>
        <dd>
          {messageName(type)} <span className="faint">{type}</span>
        </dd>
        <dt>Is</dt>
        <dd>
          {places[where]}, by the word of {there.service}
        </dd>
        {key !== null && (
          <>
            <dt>Part of</dt>
            <dd>
              <GoTo to="/console/follow" search={{ of: key }}>
                {key}
              </GoTo>{" "}
              as version {version}
            </dd>
          </>
        )}
        {stream !== null && sequence !== null && (
          <>
            <dt>Stream</dt>
            <dd>
              <GoTo to="/console/streams" search={{ stream, from: String(sequence) }}>
                {stream} {sequence}
              </GoTo>
            </dd>
          </>
        )}
        {deadLetterId !== null && (
          <>
            <dt>Dead letter</dt>
            <dd>
              <GoTo
                to="/console/dead-letters"
                search={{ letter: `${there.service}/${deadLetterId}` }}
              >
                {there.service}/{deadLetterId}
              </GoTo>
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
