import type { StreamMessagesView } from "@app/platform/messaging/ops-stream-views.ts";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { useService } from "../ask.ts";
import { type Filters, useFilters } from "../filters.ts";
import type { ServiceName } from "../ops.ts";
import { QbCommand } from "../qb-command.tsx";
import { shellWord } from "../shell-word.ts";
import { MessageFilters } from "./message-filters.tsx";
import { MessageRow } from "./message-row.tsx";

const shownMax = "20";
const tailEveryMs = 2_000;

/** Messages of a stream, decoded: the newest as they come, or those of a place, a type or a key. */
export function StreamMessages({
  stream,
  by,
}: {
  readonly stream: string;
  readonly by: ServiceName;
}) {
  const [filters, setFilters] = useFilters();
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const { from, before, since, type, key } = filters;
  const isTail = from === undefined && before === undefined && since === undefined;
  const asked = queryOf({ from, before, since, type, key, limit: shownMax });
  const answer = useService<StreamMessagesView>(by, `streams/${stream}/messages${asked}`, {
    everyMs: isTail ? tailEveryMs : 0,
  });
  const page = answer.value;
  const toggle = (sequence: number) =>
    setOpened((open) => {
      const next = new Set(open);
      if (!next.delete(sequence)) next.add(sequence);
      return next;
    });
  const go = (place: Filters) =>
    setFilters({ from: undefined, before: undefined, since: undefined, ...place }, { step: true });

  return (
    <>
      <MessageFilters key={asked} filters={filters} onChange={go} />
      {answer.problem !== undefined && (
        <div className="pad">
          <ProblemNotice problem={answer.problem} />
        </div>
      )}
      {page === undefined ? (
        answer.loading && (
          <div className="pad">
            <Skeleton label="Reading messages">
              <Bone height="12rem" />
            </Skeleton>
          </div>
        )
      ) : (
        <>
          {!page.complete && (
            <p className="pad muted" role="status">
              The time was up before everything was looked at. Go on from where it ended.
            </p>
          )}
          {page.messages.length === 0 ? (
            <p className="pad muted">
              {page.before === null
                ? "No such message is in the stream."
                : "No such message among those that were looked at."}
            </p>
          ) : (
            <ol className="messages" aria-label={`Messages of ${stream}`}>
              {page.messages.toReversed().map((message) => (
                <MessageRow
                  key={message.sequence}
                  message={message}
                  open={opened.has(message.sequence)}
                  onToggle={() => toggle(message.sequence)}
                />
              ))}
            </ol>
          )}
          <div className="messages__foot row">
            <Button
              onClick={() => go({ before: String(page.before) })}
              disabled={page.before === null}
            >
              Older
            </Button>
            <Button onClick={() => go({ from: String(page.from) })} disabled={isTail}>
              Newer
            </Button>
            <Button onClick={() => go({})} disabled={isTail}>
              Newest
            </Button>
            <span className="push">
              <QbCommand command={commandOf(stream, filters)} />
            </span>
          </div>
        </>
      )}
    </>
  );
}

function queryOf(given: Filters): string {
  const said = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return `?${new URLSearchParams(said)}`;
}

function commandOf(stream: string, filters: Filters): string {
  const flags = ["from", "before", "since", "type", "key"].flatMap((name) => {
    const wanted = filters[name];
    return wanted === undefined ? [] : [`--${name} ${shellWord(wanted)}`];
  });
  return ["qb stream tail", shellWord(stream), ...flags, "--payload"].join(" ");
}
