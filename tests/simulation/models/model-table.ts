import type { ModelTransaction } from "./model-transaction.ts";

/** One table: what is committed, and who holds which row. A row is replaced, never changed. */
export class ModelTable<K extends string | number, V> {
  readonly committed = new Map<K, V>();
  readonly locks = new Map<K, ModelTransaction>();
}
