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

/** The two statements that store a new order. Built once for each pool: building costs more than running. */
export function addOrderStatements(q: Queries): Statements {
  const known = built.get(q);
  if (known) return known;

  const statements = build(q);
  built.set(q, statements);
  return statements;
}

/**
 * Placeholders are named by table and property, such as `orders.userId`. The outbox row is selected
 * from the order's row, and that from the key's row where there is one: data, not the order in which
 * Postgres happens to run the parts, makes one depend on the other.
 */
function build(q: Queries) {
  const head = q.$with("head").as(
    q
      .insert(idempotencyKeys)
      .select(sql`select ${valuesOf(idempotencyKeys, { createdAt: sql`now()` })}`)
      .onConflictDoUpdate({
        target: [idempotencyKeys.scope, idempotencyKeys.key],
        // Not DO NOTHING, which gives the second of two requests at once no row.
        set: { key: sql`excluded.key` },
      })
      .returning({
        resourceId: idempotencyKeys.resourceId,
        requestHash: idempotencyKeys.requestHash,
      }),
  );
  // By the database's clock, which judges deadlines.
  const order = sql`select ${valuesOf(orders, { createdAt: sql`now()` })}`;
  const isFirst = eq(
    head.resourceId,
    given(idempotencyKeys.resourceId, "idempotency_keys.resourceId"),
  );
  const placed = q.$with("placed").as(q.insert(orders).select(order).returning({ id: orders.id }));
  const placedFirst = q
    .$with("placed")
    .as(
      q
        .insert(orders)
        .select(sql`${order} from ${head} where ${isFirst}`)
        .returning({ id: orders.id }),
    );

  // Drizzle forgets the clause when the rows come from a select, so it stands in the select's text.
  const message = sql`overriding system value select ${valuesOf(outbox, {
    id: sql`nextval('outbox_id_seq')`,
    resent: sql`false`,
    createdAt: sql`now()`,
  })} from ${placed}`;
  const stated = q.$with("stated").as(q.insert(outbox).select(message));

  return {
    plain: q
      .with(placed)
      .insert(outbox)

      .select(message)
      .prepare("add_order"),
    underKey: q.with(head, placedFirst, stated).select().from(head).prepare("add_order_under_key"),
  };
}

/** What a table's columns are given, in their order: an expression, or the placeholder of that name. */
function valuesOf(table: Table, expressions: Readonly<Record<string, SQL>> = {}): SQL {
  const values = Object.entries(getTableColumns(table)).map(
    ([property, column]) =>
      expressions[property] ?? given(column, `${getTableName(table)}.${property}`),
  );
  return sql.join(values, sql`, `);
}

/** A placeholder, encoded and typed as its column: a bare parameter in a select list would be text. */
function given(column: Column, name: string): SQL {
  const encoder = {
    mapToDriverValue: (value: unknown) => (value === null ? null : column.mapToDriverValue(value)),
  };
  return sql`${sql.param(sql.placeholder(name), encoder)}::${sql.raw(column.getSQLType())}`;
}
