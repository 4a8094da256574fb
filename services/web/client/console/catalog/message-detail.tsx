import { type CatalogEntry, type CatalogField, fieldsOf } from "@app/contracts/catalog.ts";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { GoTo } from "../go-to.tsx";
import { QbCommand } from "../qb-command.tsx";
import { LastSeen } from "./last-seen.tsx";

const columns: readonly Column<CatalogField>[] = [
  { key: "number", header: "No", numeric: true, cell: ({ number }) => number },
  {
    key: "name",
    header: "Field",
    rowHeader: true,
    cell: ({ name }) => <code>{name}</code>,
  },
  { key: "type", header: "Type", cell: ({ type }) => <code>{type}</code> },
  { key: "doc", header: "What it says", className: "catalog__doc", cell: ({ doc }) => doc },
];

/** One message: who sends it, who listens, its fields, and the last one that was sent. */
export function MessageDetail({ entry }: { readonly entry: CatalogEntry }) {
  const { type, name, owner, stream, subject, listeners, doc, fields } = entry;
  return (
    <div className="stack">
      <section className="card" aria-labelledby="entry-h">
        <div className="sheet-h">
          <h2 id="entry-h">{name}</h2>
          <span className="push">
            <QbCommand command={`qb catalog show ${name}`} />
          </span>
        </div>
        <div className="pad stack">
          <p>{doc}</p>
          <dl className="kvs">
            <dt>Type</dt>
            <dd className="mono">{type}</dd>
            <dt>Subject</dt>
            <dd className="mono">{subject}</dd>
            <dt>Stream</dt>
            <dd>
              <GoTo to="/console/streams" search={{ stream }}>
                {stream}
              </GoTo>
            </dd>
            <dt>Sent by</dt>
            <dd>{owner === "platform" ? "every service that consumes" : owner}</dd>
            <dt>Heard by</dt>
            <dd>
              {listeners.length === 0
                ? "no service: it is there for people, and for services to come"
                : listeners
                    .map(({ service, durable }) => `${service}, through ${durable}`)
                    .join("; ")}
            </dd>
          </dl>
        </div>
        <Fields name={name} fields={fields} />
      </section>
      <Parts fields={fields} seen={[name]} />
      <LastSeen entry={entry} />
    </div>
  );
}

function Fields({
  name,
  fields,
}: {
  readonly name: string;
  readonly fields: readonly CatalogField[];
}) {
  return (
    <DataTable
      caption={`Fields of ${name}`}
      columns={columns}
      rows={fields}
      rowKey={({ number }) => String(number)}
    />
  );
}

/** What a message is made of, part by part; a part that was shown is not shown again. */
function Parts({
  fields,
  seen,
}: {
  readonly fields: readonly CatalogField[];
  readonly seen: readonly string[];
}) {
  const parts = fields.flatMap(({ part }) => (part && !seen.includes(part.name) ? [part] : []));
  return parts.map((part) => (
    <section key={part.typeName} className="card" aria-label={part.name}>
      <div className="sheet-h">
        <h3>{part.name}</h3>
      </div>
      <Fields name={part.name} fields={fieldsOf(part)} />
      <Parts fields={fieldsOf(part)} seen={[...seen, ...parts.map(({ name }) => name)]} />
    </section>
  ));
}
