import { Badge } from "../../kit/badge.tsx";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { count, duration, plural } from "../../lib/format.ts";
import { GoTo } from "../go-to.tsx";
import { bytesText, rateText } from "../quantities.ts";
import type { KnownStream } from "./known-streams.ts";
import { Room } from "./room.tsx";

export interface StreamListProps {
  readonly streams: readonly KnownStream[];
  readonly rates: ReadonlyMap<string, number>;
  readonly chosen: string | undefined;
}

/** All streams beside each other. */
export function StreamList({ streams, rates, chosen }: StreamListProps) {
  const columns: readonly Column<KnownStream>[] = [
    {
      key: "name",
      header: "Stream",
      rowHeader: true,
      cell: ({ stream: { name, owner } }) => (
        <>
          <GoTo to="/console/streams" search={{ stream: name }} data-row>
            {name}
          </GoTo>
          <span className="xs faint streams__owner">of {owner}</span>
        </>
      ),
    },
    {
      key: "messages",
      header: "Messages",
      numeric: true,
      cell: ({ stream: { state } }) => (state ? count(state.messages) : "–"),
    },
    {
      key: "rate",
      header: "Rate",
      numeric: true,
      cell: ({ stream: { name } }) => {
        const rate = rates.get(name);
        return rate === undefined ? "–" : rateText(rate);
      },
    },
    {
      key: "bytes",
      header: "Size",
      numeric: true,
      cell: ({ stream: { state } }) => (state ? bytesText(state.bytes) : "–"),
    },
    {
      key: "room",
      header: "Of its room",
      cell: ({ stream: { state, declared } }) => (
        <Room bytes={state?.bytes ?? 0} max={declared.maxBytes} />
      ),
    },
    {
      key: "keeps",
      header: "Keeps",
      cell: ({ stream: { declared } }) =>
        declared.maxAgeSeconds === 0 ? "all" : duration(declared.maxAgeSeconds * 1_000),
    },
    {
      key: "leader",
      header: "Leader",
      cell: ({ stream: { copies } }) => <Copies copies={copies} />,
    },
    {
      key: "state",
      header: "State",
      cell: ({ stream: { problem, drift } }) =>
        problem !== null ? (
          <Badge tone="bad" icon="alert">
            {problem}
          </Badge>
        ) : drift.length > 0 ? (
          <Badge tone="warn" icon="alert">
            {plural(drift.length, { one: "difference", other: "differences" })}
          </Badge>
        ) : (
          <Badge tone="ok" icon="check">
            as declared
          </Badge>
        ),
    },
  ];
  return (
    <section className="card streams" aria-label="All streams">
      <DataTable
        caption="Streams"
        columns={columns}
        rows={streams}
        rowKey={({ stream }) => stream.name}
        isSelected={({ stream }) => stream.name === chosen}
      />
    </section>
  );
}

/** A leader's name may be long; copies that lag or are away are what matters. */
const leaderMax = 18;

function Copies({ copies }: { readonly copies: KnownStream["stream"]["copies"] }) {
  if (copies === null) return "–";
  const { leader, others } = copies;
  if (leader === null)
    return (
      <Badge tone="bad" icon="alert">
        no leader
      </Badge>
    );
  const behind = others.filter(({ current, offline }) => offline || !current);
  const short = leader.length > leaderMax ? `${leader.slice(0, leaderMax - 1)}…` : leader;
  return (
    <>
      <span className="mono xs" title={leader}>
        {short}
      </span>
      {others.length > 0 && (
        <span className="xs faint streams__owner">
          and {plural(others.length, { one: "copy", other: "copies" })}
          {behind.length > 0 && `, behind: ${behind.map(({ name }) => name).join(", ")}`}
        </span>
      )}
    </>
  );
}
