import type { SagasView, SagaView } from "@app/platform/messaging/ops-saga-views.ts";
import { useState } from "react";
import { Badge } from "../../kit/badge.tsx";
import { Button } from "../../kit/button.tsx";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { duration } from "../../lib/format.ts";
import { ActButton } from "../acting.tsx";
import { GoTo } from "../go-to.tsx";
import { CancelDialog } from "./cancel-dialog.tsx";
import { Why } from "./why.tsx";

export interface SagaTableProps {
  readonly view: SagasView;
  readonly service: "orders" | "bookings";
  readonly onNext: (() => void) | undefined;
  readonly onFirst: (() => void) | undefined;
}

/** Ids are long; their ends tell them apart. */
const shownOfId = 8;

/** The open ones, the oldest first, each with what it waits for and what can be done. */
export function SagaTable({ view, service, onNext, onFirst }: SagaTableProps) {
  const { sagas, saga, at } = view;
  const [cancelling, setCancelling] = useState<SagaView | undefined>();
  const now = Date.parse(at);
  if (sagas.length === 0) {
    return (
      <p className="pad muted">
        {saga === "order"
          ? "Every order is decided. One waits here from when it is placed until stock is reserved or refused."
          : "Nobody holds seats. A hold stands here from when a customer takes seats until they are booked, given back, or its time is over."}
      </p>
    );
  }
  const columns: readonly Column<SagaView>[] = [
    {
      key: "id",
      header: saga === "order" ? "Order" : "Hold",
      rowHeader: true,
      cell: ({ id, key }) =>
        key === null ? (
          <span className="mono" title={id}>
            {id.slice(-shownOfId)}
          </span>
        ) : (
          <GoTo to="/console/follow" search={{ of: key }} data-row>
            {id}
          </GoTo>
        ),
    },
    {
      key: "state",
      header: "State",
      cell: ({ state }) => <Badge tone="warn">{state}</Badge>,
    },
    {
      key: "about",
      header: "About",
      cell: ({ summary, userId }) => (
        <>
          {summary}
          <span className="xs muted sagas__who">
            for{" "}
            <GoTo to="/console/follow" search={{ of: `user/${userId}` }}>
              {userId}
            </GoTo>
          </span>
        </>
      ),
    },
    {
      key: "since",
      header: "For",
      numeric: true,
      cell: ({ since }) => duration(Math.max(0, now - Date.parse(since))),
    },
    {
      key: "waits",
      header: "Waits for",
      className: "sagas__why",
      cell: (row) => (saga === "order" ? <Why id={row.id} /> : "its customer, or its end"),
    },
    {
      key: "ends",
      header: "Ends in",
      numeric: true,
      cell: ({ deadlineAt }) =>
        deadlineAt === null ? (
          <span title="Its clock stands still while the broker is away or has not had its message">
            not counting
          </span>
        ) : (
          duration(Math.max(0, Date.parse(deadlineAt) - now))
        ),
    },
    {
      key: "acts",
      header: "Actions",
      cell: (row) => (
        <ActButton onClick={() => setCancelling(row)}>
          {saga === "order" ? "Cancel order" : "Release seats"}
        </ActButton>
      ),
    },
  ];
  return (
    <>
      <DataTable
        caption={saga === "order" ? "Undecided orders" : "Open holds"}
        columns={columns}
        rows={sagas}
        rowKey={({ id }) => id}
      />
      {(onNext !== undefined || onFirst !== undefined) && (
        <div className="row pages">
          <Button onClick={onFirst} disabled={onFirst === undefined}>
            Oldest
          </Button>
          <Button onClick={onNext} disabled={onNext === undefined}>
            Next
          </Button>
        </div>
      )}
      {cancelling !== undefined && (
        <CancelDialog row={cancelling} service={service} onClose={() => setCancelling(undefined)} />
      )}
    </>
  );
}
