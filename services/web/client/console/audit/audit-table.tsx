import { type Column, DataTable } from "../../kit/data-table.tsx";
import { dateTime } from "../../lib/format.ts";
import type { Filters } from "../filters.ts";
import { GoTo } from "../go-to.tsx";
import { type Entry, moreOf, placeOf, reasonOf } from "./entries.ts";

export interface AuditTableProps {
  readonly entries: readonly Entry[];
  readonly onFilter: (changes: Filters) => void;
}

/** Each act in a row; who and what lead to more of the same. */
export function AuditTable({ entries, onFilter }: AuditTableProps) {
  const columns: readonly Column<Entry>[] = [
    {
      key: "at",
      header: "When",
      cell: ({ at }) => (
        <time dateTime={at} title={at} className="num">
          {dateTime(at)}
        </time>
      ),
    },
    {
      key: "who",
      header: "Who",
      cell: ({ actor }) => (
        <button
          type="button"
          className="link mono xs"
          title={`Only what ${actor} did`}
          onClick={() => onFilter({ actor })}
        >
          {actor.length > shownOfActor ? `…${actor.slice(-shownOfActor)}` : actor}
        </button>
      ),
    },
    {
      key: "what",
      header: "What",
      rowHeader: true,
      cell: ({ action, service }) => (
        <>
          {action} <span className="faint">at {service}</span>
        </>
      ),
    },
    { key: "to", header: "To", cell: (entry) => <Target entry={entry} /> },
    {
      key: "why",
      header: "Why",
      className: "audit__why",
      cell: (entry) => (
        <>
          {reasonOf(entry) ?? <span className="faint">no reason given</span>}
          {moreOf(entry).length > 0 && (
            <span className="xs muted audit__more">
              {moreOf(entry)
                .map(([name, value]) => `${name} ${value}`)
                .join(", ")}
            </span>
          )}
        </>
      ),
    },
  ];
  return (
    <section className="card" aria-label="What was done">
      <DataTable
        caption="Audit"
        columns={columns}
        rows={entries}
        rowKey={({ service, id }) => `${service} ${id}`}
      />
    </section>
  );
}

/** Accounts are known by long ids, whose ends tell them apart. */
const shownOfActor = 12;

function Target({ entry }: { readonly entry: Entry }) {
  const place = placeOf(entry);
  if (place === undefined) return <span className="mono">{entry.target}</span>;
  return (
    <GoTo {...place} className="mono" data-row>
      {entry.target}
    </GoTo>
  );
}
