import type { outboxRow } from "@app/platform/messaging/outbox.ts";
import { idempotencyKeys, outbox } from "@app/platform/messaging/tables.ts";
import type { Database } from "@app/platform/postgres.ts";
import { getTableColumns, type Table } from "drizzle-orm";
import { addOrderStatements } from "./add-order-statements.ts";
import type { OrderRow } from "./order-row.ts";
import { orders } from "./tables.ts";

/** All that is stored of one new order. */
export interface OrderRows {
  /** The key's row, where the request came under one; it names the order. */
  readonly head: KeyRow | undefined;
  readonly placed: OrderRow;
  readonly stated: ReturnType<typeof outboxRow>;
}

/** A key and what it was first used for. */
export type KeyRow = Omit<typeof idempotencyKeys.$inferSelect, "createdAt">;

/**
 * Stores new orders with their messages in one statement, which is one transaction and one round
 * trip. An order under a key is stored only when the key's row names this very order. Of equal keys
 * the first goes to the database, and the others hear what became of it.
 *
 * Gives the key's row for each order that came under one, new or kept from before.
 */
export async function insertOrders(
  db: Database,
  given: readonly OrderRows[],
): Promise<(order: OrderRows) => KeyRow | undefined> {
  const distinct = firstOfEachKey(given);
  const kept = new Map((await insertDistinct(db, distinct)).map((row) => [placeOf(row), row]));
  const keyOf = ({ head }: OrderRows) => {
    if (head === undefined) return undefined;
    const row = kept.get(placeOf(head));
    if (row) return row;
    throw new Error("an idempotency key's row is returned whether it is new or not");
  };

  if (distinct.some((order) => isNew(order, keyOf(order)))) db.outboxWritten();
  return keyOf;
}

/** Whether an order was stored, by the row of its key. */
export function isNew({ head }: OrderRows, kept: KeyRow | undefined): boolean {
  return kept?.resourceId === head?.resourceId;
}

async function insertDistinct(
  { q }: Database,
  given: readonly OrderRows[],
): Promise<readonly KeyRow[]> {
  const { plain, underKey, many } = addOrderStatements(q);
  const [first, ...others] = given;
  if (first === undefined) return [];
  if (others.length > 0) return many.execute({ given: JSON.stringify(given.map(documentOf)) });

  const { head, placed, stated } = first;
  const values = { ...prefixed("orders", placed), ...prefixed("outbox", stated) };
  if (head) return underKey.execute({ ...values, ...prefixed("idempotency_keys", head) });
  await plain.execute(values);
  return [];
}

function firstOfEachKey(given: readonly OrderRows[]): readonly OrderRows[] {
  const seen = new Set<string>();
  return given.filter(({ head }) => {
    if (head === undefined) return true;
    const place = placeOf(head);
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}

const placeOf = ({ scope, key }: Pick<KeyRow, "scope" | "key">) => JSON.stringify([scope, key]);

/** Names values as the statements' placeholders do: by table and property. */
function prefixed(table: string, values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${table}.${name}`, value]),
  );
}

const headDocument = documentsOf(idempotencyKeys);
const placedDocument = documentsOf(orders);
const statedDocument = documentsOf(outbox);

function documentOf({ head, placed, stated }: OrderRows): object {
  return {
    ...(head ? { head: headDocument(head) } : {}),
    placed: placedDocument(placed),
    stated: statedDocument(stated),
  };
}

/** Rows of a table as Postgres reads them from JSON: by column, without those that are null. */
function documentsOf(table: Table): (row: object) => Readonly<Record<string, unknown>> {
  const names = new Map(
    Object.entries(getTableColumns(table)).map(([property, { name }]) => [property, name]),
  );
  return (row) => {
    const document: Record<string, unknown> = {};
    for (const [property, value] of Object.entries(row)) {
      const name = names.get(property);
      if (name !== undefined && value !== null) document[name] = jsonOf(value);
    }
    return document;
  };
}

function jsonOf(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : value;
}
