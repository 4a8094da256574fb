import { Notice } from "../../kit/notice.tsx";
import { count, dateTime, duration } from "../../lib/format.ts";
import { QbCommand } from "../qb-command.tsx";
import { bytesText } from "../quantities.ts";
import type { KnownStream } from "./known-streams.ts";
import { StreamMessages } from "./messages.tsx";

/** One stream: what is declared, how the broker differs, and what it holds. */
export function StreamDetail({ known }: { readonly known: KnownStream }) {
  const { stream } = known;
  const { name, state, declared, drift } = stream;
  return (
    <section className="card" aria-labelledby="stream-h">
      <div className="sheet-h">
        <h2 id="stream-h">{name}</h2>
        <span className="faint xs">told by {known.by}</span>
      </div>
      <div className="pad stack">
        <dl className="kvs">
          <dt>Takes in</dt>
          <dd className="mono">{declared.subjects.join("  ")}</dd>
          <dt>Keeps</dt>
          <dd>
            {declared.maxAgeSeconds === 0
              ? "everything"
              : `what is younger than ${duration(declared.maxAgeSeconds * 1_000)}`}
            , {bytesText(declared.maxBytes)} at most
            {declared.maxMessagesPerSubject !== null &&
              `, ${declared.maxMessagesPerSubject} of each subject`}
            ; made for {declared.messagesPerSecond} messages a second of{" "}
            {bytesText(declared.bytesPerMessage)}
          </dd>
          {state && (
            <>
              <dt>Holds</dt>
              <dd>
                {state.messages === 0
                  ? "nothing"
                  : `sequences ${count(state.firstSequence)} to ${count(state.lastSequence)}`}
                {state.firstAt !== null && `, the oldest of ${dateTime(state.firstAt)}`}
                {state.lastAt !== null && `, the newest of ${dateTime(state.lastAt)}`}
                {state.deleted > 0 && `; ${count(state.deleted)} between them are deleted`}
              </dd>
            </>
          )}
          <dt>Listeners</dt>
          <dd>
            {stream.durables.length === 0
              ? "nobody: people read it"
              : stream.durables.map(({ name: durable }) => durable).join(", ")}
          </dd>
        </dl>
        {drift.map((change) => (
          <Notice
            key={change.name}
            tone="warn"
            icon="alert"
            title={`${change.kind} ${change.name} is not as declared`}
          >
            <ul>
              {change.differences.map(({ field, actual, declared: wanted }) => (
                <li key={field}>
                  <code>{field}</code> is <code>{JSON.stringify(actual) ?? "absent"}</code>,
                  declared is <code>{JSON.stringify(wanted)}</code>
                </li>
              ))}
            </ul>
            {change.destructive && <p>Going back would lose messages or progress.</p>}
            <QbCommand command={`qb topology apply${change.destructive ? " --destructive" : ""}`} />
          </Notice>
        ))}
      </div>
      {state && <StreamMessages stream={name} by={known.by} />}
    </section>
  );
}
