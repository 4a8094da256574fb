import type { Transaction } from "../postgres.ts";

/** A row that breaks an invariant. */
export interface Breach {
  /** The row's name, such as `lane/order/17`. */
  readonly about: string;
  /** What is wrong with it, in words. */
  readonly problem: string;
}

/** Where a look at an invariant begins, and how far it goes. */
export interface Slice {
  /** Where the look before ended; undefined for the first, which looks at the newest rows. */
  readonly cursor: string | undefined;
  /** Rows looked at, at most or close to it, and breaches returned at most. */
  readonly rowsMax: number;
  readonly breachesMax: number;
  /** Sent messages are kept for so long at least. */
  readonly sentKeepMs: number;
}

export interface Look {
  /** How many rows were looked at. */
  readonly checked: number;
  readonly breaches: readonly Breach[];
  /** Where the next look begins; undefined when all was looked at. */
  readonly next?: string | undefined;
}

/**
 * Something that is true of a service's data in every snapshot, and how to look whether it is. A
 * look is bounded: what may be large is looked at slice by slice, the newest rows first.
 */
export interface Invariant {
  /** Kebab case; a metric's label. */
  readonly name: string;
  /** What is always true, as a sentence. */
  readonly sentence: string;
  /** Looks within one snapshot. */
  look(tx: Transaction, slice: Slice): Promise<Look>;
}

/** A service's rows as another service's are compared with them, by equal ids. */
export interface Ledger {
  readonly name: string;
  /** Rows after an id in the ledger's order, newest first where it can; undefined begins it. */
  page(
    tx: Transaction,
    range: { readonly after: string | undefined; readonly limit: number },
  ): Promise<readonly LedgerRow[]>;
  /** The rows of these ids that there are. */
  find(tx: Transaction, ids: readonly string[]): Promise<readonly LedgerRow[]>;
}

export interface LedgerRow {
  readonly id: string;
  readonly state: string;
  /** What it is about, to be compared as text. */
  readonly content: string;
}
