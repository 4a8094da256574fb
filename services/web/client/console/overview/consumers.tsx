import type { OverviewView } from "@app/platform/messaging/ops-overview-view.ts";
import { Badge } from "../../kit/badge.tsx";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { count, duration } from "../../lib/format.ts";
import type { Answer } from "../ask.ts";
import { GoTo } from "../go-to.tsx";

type Row = OverviewView["consumers"][number] & { readonly away: boolean };

/** A consumer may have so much in hand without being behind. */
const lagging = 100;

/** Each consumer: how far behind it is, and what it holds. */
export function Consumers({ answers }: { readonly answers: readonly Answer<OverviewView>[] }) {
  const rows = answers.flatMap(({ value, problem }) =>
    (value?.consumers ?? []).map((consumer) => ({ ...consumer, away: problem !== undefined })),
  );
  return (
    <section className="card" aria-labelledby="consumers-h">
      <div className="sheet-h">
        <h2 id="consumers-h">Consumers</h2>
      </div>
      <DataTable
        caption="Consumers"
        columns={columns}
        rows={rows}
        rowKey={({ consumer }) => consumer}
      />
    </section>
  );
}

const columns: readonly Column<Row>[] = [
  {
    key: "consumer",
    header: "Consumer",
    rowHeader: true,
    cell: ({ consumer, stream }) => (
      <>
        <GoTo className="mono strong" to="/console/streams" search={{ consumer }}>
          {consumer}
        </GoTo>
        <span className="faint xs block">on {stream}</span>
      </>
    ),
  },
  { key: "state", header: "State", cell: (row) => <State row={row} /> },
  {
    key: "pending",
    header: "Pending",
    numeric: true,
    cell: ({ broker }) => (broker ? count(broker.pending + broker.unacknowledged) : "–"),
  },
  {
    key: "behind",
    header: "Behind",
    numeric: true,
    cell: ({ oldestPendingAgeMs: age }) => (age === null ? "–" : duration(age)),
  },
  {
    key: "redelivered",
    header: "Retried",
    numeric: true,
    cell: ({ broker }) => (broker ? count(broker.redelivered) : "–"),
  },
];

function State({ row }: { readonly row: Row }) {
  const { away, problem, broker, stuckLanes, blockedLanes } = row;
  if (away) return <Badge tone="bad">Service away</Badge>;
  if (problem !== null) {
    return (
      <Badge tone="bad" icon="alert">
        {problem.charAt(0).toUpperCase() + problem.slice(1)}
      </Badge>
    );
  }
  if (stuckLanes > 0) return <Badge tone="warn">{stuckLanes} keys stuck</Badge>;
  if (broker && broker.pending > lagging) return <Badge tone="warn">Lagging</Badge>;
  if (blockedLanes > 0) {
    return (
      <Badge tone="warn">
        {blockedLanes === 1 ? "1 key blocked" : `${blockedLanes} keys blocked`}
      </Badge>
    );
  }
  return <Badge tone="ok">Keeping up</Badge>;
}
