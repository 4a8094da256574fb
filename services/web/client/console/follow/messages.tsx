import { Badge } from "../../kit/badge.tsx";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { timeExact } from "../../lib/format.ts";
import { GoTo } from "../go-to.tsx";
import type { Hop } from "./hops.ts";
import { stateOf } from "./parts.ts";

const columns: readonly Column<Hop>[] = [
  {
    key: "message",
    header: "Message",
    rowHeader: true,
    cell: ({ name, version, key }) => (
      <>
        {name} <span className="faint">v{version}</span>
        <br />
        <span className="mono xs muted">{key}</span>
      </>
    ),
  },
  {
    key: "place",
    header: "In its stream",
    cell: ({ stream, sequence }) =>
      stream === undefined || sequence === undefined ? (
        <span className="muted">not sent yet</span>
      ) : (
        <GoTo to="/console/streams" search={{ stream, from: String(sequence) }}>
          {stream} {sequence}
        </GoTo>
      ),
  },
  { key: "to", header: "Listener", cell: ({ to }) => to?.consumer ?? "–" },
  {
    key: "state",
    header: "State",
    cell: (hop) => {
      const { tone, text } = stateOf(hop);
      return (
        <>
          <Badge tone={tone}>{text}</Badge>
          {hop.letter !== undefined && (
            <>
              {" "}
              <GoTo to="/console/dead-letters" search={{ letter: hop.letter }}>
                {hop.letter}
              </GoTo>
            </>
          )}
          {hop.retryAt !== undefined && (
            <span className="xs muted"> again at {timeExact(hop.retryAt)}</span>
          )}
          {hop.error !== undefined && <div className="xs muted">{hop.error}</div>}
        </>
      );
    },
  },
  { key: "id", header: "Id", cell: ({ eventId }) => <code className="xs">{eventId}</code> },
];

/** Every message of it: where it is, who has it, what became of it. */
export function Messages({ hops }: { readonly hops: readonly Hop[] }) {
  return (
    <section className="card" aria-labelledby="messages-h">
      <div className="sheet-h">
        <h2 id="messages-h">Messages</h2>
      </div>
      <DataTable caption="Messages" columns={columns} rows={hops} rowKey={({ id }) => id} />
    </section>
  );
}
