import type { OverviewView } from "@app/platform/messaging/ops-overview-view.ts";
import { Badge } from "../../kit/badge.tsx";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { count, duration, timeExact } from "../../lib/format.ts";
import type { Answer } from "../ask.ts";

type Row = Answer<OverviewView>;

/** Each service: whether it answers, and which of its checks fail. */
export function Services({ answers }: { readonly answers: readonly Row[] }) {
  return (
    <section className="card" aria-labelledby="services-h">
      <div className="sheet-h">
        <h2 id="services-h">Services</h2>
      </div>
      <DataTable
        caption="Services"
        columns={columns}
        rows={answers}
        rowKey={({ service }) => service}
      />
    </section>
  );
}

const columns: readonly Column<Row>[] = [
  {
    key: "service",
    header: "Service",
    rowHeader: true,
    cell: ({ service }) => <b>{service}</b>,
  },
  { key: "state", header: "State", className: "wrapcell", cell: (row) => <State row={row} /> },
  {
    key: "unsent",
    header: "Unsent",
    numeric: true,
    cell: ({ value }) => value && `${count(value.outbox.count)}${value.outbox.atLeast ? "+" : ""}`,
  },
  {
    key: "oldest",
    header: "Oldest",
    numeric: true,
    cell: ({ value }) =>
      value && (value.outbox.count === 0 ? "–" : duration(value.outbox.oldestAgeMs)),
  },
  {
    key: "dead",
    header: "Dead",
    numeric: true,
    cell: ({ value }) =>
      value && (
        <span className={value.deadLetters.dead > 0 ? "badt" : undefined}>
          {count(value.deadLetters.dead)}
        </span>
      ),
  },
];

function State({ row: { value, problem, at } }: { readonly row: Row }) {
  if (problem !== undefined) {
    return (
      <>
        <Badge tone="bad" icon="wifioff">
          Away
        </Badge>{" "}
        <span className="xs muted">
          {problem.detail || problem.title}
          {at > 0 && `, last heard ${timeExact(at)}`}
        </span>
      </>
    );
  }
  if (value === undefined) return <Badge>Asking</Badge>;
  const { status, checks, failing } = value.readiness;
  if (status === "ok") {
    return (
      <>
        <Badge tone="ok" icon="check">
          Up
        </Badge>{" "}
        <span className="xs faint">{checks} checks</span>
      </>
    );
  }
  return (
    <>
      <Badge tone={status === "degraded" ? "warn" : "bad"} icon="alert">
        {status === "degraded" ? "Degraded" : "Not ready"}
      </Badge>{" "}
      <span className="xs muted">
        {failing.map(({ name, problem }) => `${name}: ${problem}`).join("; ")}
      </span>
    </>
  );
}
