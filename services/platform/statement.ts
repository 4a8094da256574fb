import {
  getTableColumns,
  type InferSelectModel,
  is,
  Placeholder,
  type SQL,
  sql,
  type Table,
} from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";

/**
 * A statement whose text is made once and is the same whatever its values: making a text costs more
 * than running it, and each new one has to be prepared. Any number of rows is given as arrays or as
 * one document.
 */
export interface Statement<Values, Row = unknown> {
  readonly text: string;
  /** In the order in which the text numbers them. */
  parametersOf(values: Values): unknown[];
  /** What the driver gives for a row: names of columns, `bigint` and instants as texts. */
  readonly row?: Row;
}

/** Names of values stand where the statement needs them. */
export type Given<Values> = { readonly [Name in keyof Values]: Placeholder };

/** Makes a statement of a template in which every hole is a table, a column or one of `given`. */
export function statement<Values extends object, Row = unknown>(
  write: (given: Given<Values>) => SQL,
): Statement<Values, Row> {
  const given = new Proxy({} as Given<Values>, {
    get: (_, name) => sql.placeholder(String(name)),
  });
  const { sql: text, params } = new PgDialect().sqlToQuery(write(given));
  const names = params.map((hole) => {
    if (!is(hole, Placeholder)) throw new TypeError(`a value is written into ${text}`);
    return hole.name as keyof Values;
  });
  return { text: text.trim(), parametersOf: (values) => names.map((name) => values[name]) };
}

/**
 * An array of whose length the planner knows nothing. Where it sees the length, few elements look so
 * much cheaper than the ten it takes for granted that it may plan each run anew; once planned, batches of
 * five took 0.84 of the database's time and batches of twenty 0.91. One array of several that are unnested side
 * by side is enough.
 */
export const unmeasured = (given: Placeholder, type: keyof typeof arrays): SQL =>
  // The cast outside makes it one value: `any` of a bare select would look through its rows.
  sql`(select ${given}::${arrays[type]})::${arrays[type]}`;

const arrays = { text: sql`text[]`, bigint: sql`bigint[]` } as const;

/**
 * All columns of a table, for `rowReader`. Not `*`, whose prepared statement fails in every process
 * that runs while a migration adds a column.
 */
export const columnsOf = (table: Table): SQL =>
  sql.join(
    Object.values(getTableColumns(table)).map((column) => sql`${column}`),
    sql`, `,
  );

/** Reads rows of `columnsOf` by the types of the columns. */
export function rowReader<T extends Table>(table: T): (row: RawRow) => InferSelectModel<T> {
  const columns = Object.entries(getTableColumns(table));
  return (row) =>
    Object.fromEntries(
      columns.map(([property, column]) => {
        const value = row[column.name] ?? null;
        return [property, value === null ? null : column.mapFromDriverValue(value)];
      }),
    ) as InferSelectModel<T>;
}

/** A row by the names of its columns, as the driver gives it. */
export type RawRow = Readonly<Record<string, unknown>>;
