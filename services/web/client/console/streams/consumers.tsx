import { useState } from "react";
import { Badge } from "../../kit/badge.tsx";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { count, timeExact } from "../../lib/format.ts";
import { ActButton } from "../acting.tsx";
import { QbCommand } from "../qb-command.tsx";
import { type KnownConsumer, troubleOf } from "./known-streams.ts";
import { PauseDialog } from "./pause-dialog.tsx";
import { RebuildDialog } from "./rebuild-dialog.tsx";
import { ResumeButton } from "./resume-button.tsx";

/** The one consumer whose work is a projection, which can be made anew. */
const rebuildable = "bookings-service";

type Asked = { readonly what: "pause" | "rebuild"; readonly of: KnownConsumer } | undefined;

/** How far each consumer is, who pulls, and what can be done about it. */
export function Consumers({ consumers }: { readonly consumers: readonly KnownConsumer[] }) {
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const columns: readonly Column<KnownConsumer>[] = [
    {
      key: "name",
      header: "Consumer",
      rowHeader: true,
      cell: ({ held: { consumer, stream } }) => (
        <>
          {consumer}
          <span className="xs faint streams__owner">on {stream}</span>
        </>
      ),
    },
    numberOf("floor", "Ack floor", ({ held }) => held.broker?.ackFloor),
    numberOf("pending", "Pending", ({ held }) => held.broker?.pending),
    numberOf("hand", "In hand", ({ held }) => held.broker?.unacknowledged),
    numberOf("again", "Redelivered", ({ held }) => held.broker?.redelivered),
    numberOf("pulls", "Pulls", ({ held }) => held.broker?.pulls),
    numberOf("parked", "Parked", ({ held }) => held.parked),
    numberOf("dead", "Dead letters", ({ held }) => held.dead),
    { key: "state", header: "State", cell: (known) => <ConsumerState known={known} /> },
    {
      key: "acts",
      header: "Actions",
      cell: (known) => (
        <div className="row streams__acts">
          {known.durable?.state?.pausedUntil ? (
            <ResumeButton known={known} />
          ) : (
            <ActButton onClick={() => setAsked({ what: "pause", of: known })}>Pause</ActButton>
          )}
          {known.held.consumer === rebuildable && (
            <ActButton onClick={() => setAsked({ what: "rebuild", of: known })}>Rebuild</ActButton>
          )}
        </div>
      ),
    },
  ];
  return (
    <section className="card" aria-labelledby="consumers-h">
      <div className="sheet-h">
        <h2 id="consumers-h">Consumers</h2>
        <span className="push">
          <QbCommand command="qb consumer ls" />
        </span>
      </div>
      <DataTable
        caption="Consumers"
        columns={columns}
        rows={consumers}
        rowKey={({ held }) => held.consumer}
      />
      {asked?.what === "pause" && <PauseDialog known={asked.of} onClose={close} />}
      {asked?.what === "rebuild" && <RebuildDialog onClose={close} />}
    </section>
  );
}

function numberOf(
  key: string,
  header: string,
  value: (known: KnownConsumer) => number | undefined,
): Column<KnownConsumer> {
  return {
    key,
    header,
    numeric: true,
    cell: (known) => {
      const number = value(known);
      return number === undefined ? "–" : count(number);
    },
  };
}

function ConsumerState({ known }: { readonly known: KnownConsumer }) {
  const until = known.durable?.state?.pausedUntil;
  const trouble = troubleOf(known);
  if (until) {
    return (
      <Badge tone="warn" icon="pause">
        paused until {timeExact(until)}
      </Badge>
    );
  }
  if (trouble !== undefined) {
    return (
      <Badge tone="bad" icon="alert">
        {trouble}
      </Badge>
    );
  }
  return (
    <Badge tone="ok" icon="check">
      at work
    </Badge>
  );
}
