import { idempotencyKeys, outbox } from "@app/platform/messaging/tables.ts";
import type { Queries } from "@app/platform/postgres.ts";
import {
  type Column,
  eq,
  getTableColumns,
  getTableName,
  type SQL,
  sql,
  type Table,
} from "drizzle-orm";
import { orders } from "./tables.ts";

type Statements = ReturnType<typeof build>;

const built = new WeakMap<Queries, Statements>();

/** The statements that store new orders. Built once for each pool: building costs more than running. */
export function addOrderStatements(q: Queries): Statements {
  const known = built.get(q);
  if (known) return known;

  const statements = build(q);
  built.set(q, statements);
  return statements;
}

/**
 * For one order: placeholders are named by table and property, such as `orders.userId`. For many:
 * `given` is an array of JSON objects with the rows of one order each, `head` only where it has a key,
 * by the names of their columns.
 *
 * The outbox row is selected from the order's row, and that from the key's row where there is one:
 * data, not the order in which Postgres happens to run the parts, makes one depend on the other.
 */
function build(q: Queries) {
  return { ...statementsForOne(q), many: statementForMany(q) };
}

function statementsForOne(q: Queries) {
  const head = headInsert(q, sql`select ${valuesOf(idempotencyKeys, placeholderFor)}`);
  const order = sql`select ${valuesOf(orders, placeholderFor)}`;
  const isFirst = eq(head.resourceId, placeholderFor(idempotencyKeys.resourceId, "resourceId"));
  const placed = orderInsert(q, order);
  const placedFirst = orderInsert(q, sql`${order} from ${head} where ${isFirst}`);
  const message = sql`${messageValues(placeholderFor)} from ${placed}`;
  const stated = q.$with("stated").as(q.insert(outbox).select(message));

  return {
    plain: q.with(placed).insert(outbox).select(message).prepare("add_order"),
    underKey: q.with(head, placedFirst, stated).select().from(head).prepare("add_order_under_key"),
  };
}

function statementForMany(q: Queries) {
  const rows = sql`json_to_recordset(${sql.placeholder("given")}::json)
    as given(head ${idempotencyKeys}, placed ${orders}, stated ${outbox})`;
  const given = q.$with("given", {}).as(sql`select * from ${rows}`);
  const key = fieldOf("head")(idempotencyKeys.key);
  const resourceId = fieldOf("head")(idempotencyKeys.resourceId);
  const head = headInsert(
    q,
    // Sorted, so that two statements with the same keys wait for each other and never in a circle.
    sql`select ${valuesOf(idempotencyKeys, fieldOf("head"))} from ${given}
      where ${key} is not null order by ${fieldOf("head")(idempotencyKeys.scope)}, ${key}`,
  );
  const placed = orderInsert(
    q,
    sql`select ${valuesOf(orders, fieldOf("placed"))} from ${given}
      where ${key} is null or ${resourceId} in (select ${head.resourceId} from ${head})`,
  );
  const message = sql`${messageValues(fieldOf("stated"))} from ${given}
    join ${placed} on ${placed.id} = ${fieldOf("placed")(orders.id)}`;
  const stated = q.$with("stated").as(q.insert(outbox).select(message));

  return q.with(given, head, placed, stated).select().from(head).prepare("add_orders");
}

/** Stores keys that are new, and gives the rows of all of them. */
function headInsert(q: Queries, rows: SQL) {
  const { scope, key, resourceId, requestHash } = idempotencyKeys;
  return q.$with("head").as(
    q
      .insert(idempotencyKeys)
      .select(rows)
      .onConflictDoUpdate({
        target: [scope, key],
        // Not DO NOTHING, which gives the second of two requests at once no row.
        set: { key: sql`excluded.key` },
      })
      .returning({ scope, key, resourceId, requestHash }),
  );
}

function orderInsert(q: Queries, rows: SQL) {
  return q.$with("placed").as(q.insert(orders).select(rows).returning({ id: orders.id }));
}

/** Drizzle forgets the clause when the rows come from a select, so it stands in the select's text. */
function messageValues(givenFor: GivenFor): SQL {
  const id = sql`nextval('outbox_id_seq')`;
  const values = valuesOf(outbox, givenFor, { id, resent: sql`false` });
  return sql`overriding system value select ${values}`;
}

/** Where the value for a column comes from. */
type GivenFor = (column: Column, property: string) => SQL;

/** What a table's columns are given, in their order. Times are the database's, which judges deadlines. */
function valuesOf(
  table: Table,
  givenFor: GivenFor,
  expressions: Readonly<Record<string, SQL>> = {},
): SQL {
  const known: Readonly<Record<string, SQL>> = { createdAt: sql`now()`, ...expressions };
  const values = Object.entries(getTableColumns(table)).map(
    ([property, column]) => known[property] ?? givenFor(column, property),
  );
  return sql.join(values, sql`, `);
}

/** A placeholder, encoded and typed as its column: a bare parameter in a select list would be text. */
function placeholderFor(column: Column, property: string): SQL {
  const encoder = {
    mapToDriverValue: (value: unknown) => (value === null ? null : column.mapToDriverValue(value)),
  };
  const name = sql.placeholder(`${getTableName(column.table)}.${property}`);
  return sql`${sql.param(name, encoder)}::${sql.raw(column.getSQLType())}`;
}

/** The column's field of one of the rows that are given as documents. */
function fieldOf(row: "head" | "placed" | "stated"): (column: Column) => SQL {
  return ({ name }) => sql`(given.${sql.identifier(row)}).${sql.identifier(name)}`;
}
