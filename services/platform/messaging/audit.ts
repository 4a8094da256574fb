import type { Queries } from "../postgres.ts";
import { audit } from "./tables.ts";

/** Who acts where nobody has to sign in. */
export const anonymous = "anonymous";

/** What somebody did to this service's messages. */
export interface AuditEntry {
  /** The caller's subject, or `anonymous`. */
  readonly actor: string;
  /** Such as `redrive`. */
  readonly action: string;
  /** What it was done to, such as `dead-letter/17`. */
  readonly target: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Records what is done, in the transaction that does it: neither happens without the other. */
export async function appendToAudit(q: Queries, entry: AuditEntry): Promise<void> {
  await q.insert(audit).values(entry);
}
