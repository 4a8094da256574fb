import type { AuditView, RevisionsView } from "@app/platform/messaging/ops-repair-views.ts";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Timeline, type TimelineStep } from "../../kit/timeline.tsx";
import { count, dateTime, timeExact } from "../../lib/format.ts";
import { useService } from "../ask.ts";
import { FieldTable } from "./field-table.tsx";
import type { ShownLetter } from "./letter-card.tsx";

const tabs = ["Payload", "Headers", "History"] as const;

/** The three sides of a letter, one at a time. */
export function LetterTabs({ name, letter }: ShownLetter) {
  const [shown, setShown] = useState<(typeof tabs)[number]>("Payload");
  const id = useId();
  const list = useRef<HTMLDivElement>(null);

  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const next = tabs[(tabs.indexOf(shown) + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    setShown(next);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };

  return (
    <>
      <div className="tabs" role="tablist" aria-label="Letter" ref={list} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab}
            type="button"
            role="tab"
            data-tab={tab}
            id={`${id}-${tab}`}
            aria-selected={tab === shown}
            aria-controls={`${id}-panel`}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => setShown(tab)}
          >
            {tab}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown}`}>
        {shown === "Payload" && <Payload letter={letter} />}
        {shown === "Headers" && <Headers letter={letter} />}
        {shown === "History" && <History name={name} letter={letter} />}
      </div>
    </>
  );
}

function Payload({ letter }: Pick<ShownLetter, "letter">) {
  const { type, stream, sequence, payload } = letter;
  return (
    <>
      <p className="pmeta xs muted">
        <code>{type}</code> from <code>{stream}</code> {count(sequence)}, {count(payload.bytes)}{" "}
        bytes.{" "}
        {"json" in payload
          ? "Decoded by its contract."
          : `Its contract cannot read it (${payload.problem}): shown as far as its bytes tell.`}
      </p>
      <FieldTable letter={letter} />
    </>
  );
}

function Headers({
  letter: { headers, subject, eventId, publishedAt },
}: Pick<ShownLetter, "letter">) {
  const entries = [
    ["subject", subject],
    ["event id", eventId],
    ["published", dateTime(publishedAt)],
    ...Object.entries(headers),
  ] as const;
  return (
    <dl className="kvs headers">
      {entries.map(([header, value]) => (
        <div className="keyline" key={header}>
          <dt>{header}</dt>
          <dd className="mono">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What happened to it and what people did, oldest first. */
function History({ name, letter }: ShownLetter) {
  const audit = useService<AuditView>(name.service, `audit?target=dead-letter/${name.id}&limit=50`);
  const revisions = useService<RevisionsView>(name.service, `dead-letters/${name.id}/revisions`);
  const problem = audit.problem ?? revisions.problem;
  const acts = (audit.value?.entries ?? []).toReversed().map(
    ({ id, at, actor, action, detail }): TimelineStep => ({
      key: `act ${id}`,
      state: outcomeOf(detail) === "failed" ? "failed" : "done",
      title: action,
      time: timeExact(at),
      detail: `${actor}${sayDetail(detail)}`,
    }),
  );
  return (
    <div className="history">
      <Timeline steps={[...lifeOf(letter), ...acts]} />
      {(revisions.value?.revisions.length ?? 0) > 1 && (
        <p className="xs muted">
          {revisions.value?.revisions.length} revisions. The bytes that came are kept as the first.
        </p>
      )}
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}

function lifeOf(letter: ShownLetter["letter"]): readonly TimelineStep[] {
  const { publishedAt, firstFailedAt, lastFailedAt, createdAt, attempts, error } = letter;
  const failed = (key: string, title: string, at: string): TimelineStep => ({
    key,
    state: "failed",
    title,
    time: timeExact(at),
  });
  return [
    { key: "published", state: "done", title: "Published", time: timeExact(publishedAt) },
    ...(firstFailedAt && attempts > 1 ? [failed("first", "Failed first", firstFailedAt)] : []),
    ...(lastFailedAt
      ? [failed("last", attempts > 1 ? `Failed, attempt ${attempts}` : "Failed", lastFailedAt)]
      : []),
    { ...failed("dead", "Set aside as a dead letter", createdAt), detail: error },
  ];
}

function outcomeOf(detail: unknown): unknown {
  return typeof detail === "object" && detail !== null && "outcome" in detail
    ? detail.outcome
    : undefined;
}

function sayDetail(detail: unknown): string {
  if (typeof detail !== "object" || detail === null) return "";
  const { reason, error } = detail as { readonly reason?: unknown; readonly error?: unknown };
  return [reason, error]
    .flatMap((text) => (typeof text === "string" ? [`: ${text}`] : []))
    .join("");
}
