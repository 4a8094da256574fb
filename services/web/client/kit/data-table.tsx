import type { ReactNode } from "react";

export interface Column<Row> {
  readonly key: string;
  readonly header: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** At the right, in figures of one width. */
  readonly numeric?: boolean | undefined;
  /** Names the row to readers; one column of each table should. */
  readonly rowHeader?: boolean | undefined;
  readonly className?: string | undefined;
}

export interface DataTableProps<Row> {
  /** What the table shows; for readers unless `showCaption`. */
  readonly caption: string;
  readonly showCaption?: boolean | undefined;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly isSelected?: ((row: Row) => boolean) | undefined;
}

/** A table that scrolls in its own box where it is too wide, by keyboard too. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, showCaption, columns, rows, rowKey, isSelected } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend with it.
    <div
      className="table-scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by key.
      tabIndex={0}
      role="group"
      aria-label={`${caption}, scrolls sideways`}
    >
      <table className="table">
        <caption className={showCaption ? undefined : "vh"}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, header, numeric }) => (
              <th key={key} scope="col" className={numeric ? "r" : undefined}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} aria-selected={isSelected?.(row) || undefined}>
              {columns.map((column) => (
                <Cell key={column.key} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Row>({ column, row }: { readonly column: Column<Row>; readonly row: Row }) {
  const { cell, numeric, rowHeader, className } = column;
  const names = [numeric ? "r" : undefined, className].filter(Boolean).join(" ") || undefined;
  return rowHeader ? (
    <th scope="row" className={names}>
      {cell(row)}
    </th>
  ) : (
    <td className={names}>{cell(row)}</td>
  );
}
