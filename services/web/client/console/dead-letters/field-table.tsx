import type { DeadLetterDetailView } from "@app/platform/messaging/ops-views.ts";
import { type Column, DataTable } from "../../kit/data-table.tsx";
import { contractOf } from "./contracts.ts";
import { type FieldRow, rowsOfBytes, rowsOfJson } from "./field-rows.ts";
import { bytesOfBase64 } from "./payload-json.ts";

/** A payload field by field, with what is wrong marked where it is wrong. */
export function FieldTable({ letter }: { readonly letter: DeadLetterDetailView }) {
  return (
    <div className="fields">
      <DataTable
        caption="Fields of the payload"
        columns={columns}
        rows={rowsOf(letter)}
        rowKey={({ path }) => path}
      />
    </div>
  );
}

export function rowsOf({ type, payload, error }: DeadLetterDetailView): readonly FieldRow[] {
  const schema = contractOf(type);
  if (!("json" in payload)) return rowsOfBytes(schema, bytesOfBase64(payload.base64));
  return schema ? rowsOfJson(schema, payload.json, error) : [];
}

const columns: readonly Column<FieldRow>[] = [
  {
    key: "number",
    header: "No.",
    numeric: true,
    className: "faint",
    cell: ({ number }) => number,
  },
  {
    key: "name",
    header: "Field",
    rowHeader: true,
    className: "mono",
    cell: ({ name, depth }) => <span style={{ paddingInlineStart: `${depth}rem` }}>{name}</span>,
  },
  { key: "type", header: "Type", className: "faint", cell: ({ type }) => type },
  {
    key: "value",
    header: "Value",
    className: "val",
    cell: ({ value, flaw }) => (
      <span className={flaw === undefined ? undefined : "flaw"}>
        <Value value={value} />
        {flaw !== undefined && <span className="err">{flaw}</span>}
      </span>
    ),
  },
];

function Value({ value }: { readonly value: unknown }) {
  if (value === undefined) return <span className="faint">not there</span>;
  if (value === "") return null;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return <span className="mono">{text}</span>;
}
