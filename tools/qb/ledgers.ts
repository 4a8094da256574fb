import { LedgerView } from "@app/platform/messaging/ops-check-views.ts";
import type { ServiceClient } from "./service-client.ts";

export type LedgerRow = LedgerView["rows"][number];

const pageLimit = 500;
/** Pages looked at where not all are. */
const newestPages = 10;
const idsAtOnce = 100;

/** A service's ledger page by page: all of it, or where it can the newest rows. */
export async function* ledgerPages(
  service: ServiceClient,
  ledger: string,
  { full }: { readonly full: boolean },
): AsyncIterable<readonly LedgerRow[]> {
  let after: string | null = null;
  for (let pages = 0; full || pages < newestPages; pages += 1) {
    const query = new URLSearchParams({ limit: String(pageLimit), ...(after ? { after } : {}) });
    const page: LedgerView = await service.ask(`/ops/v1/ledgers/${ledger}?${query}`, LedgerView);
    yield page.rows;
    if (page.nextAfter === null) return;
    after = page.nextAfter;
  }
}

/** The rows of these ids that there are. */
export async function ledgerRows(
  service: ServiceClient,
  ledger: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LedgerRow>> {
  const found = new Map<string, LedgerRow>();
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const query = new URLSearchParams({ ids: ids.slice(at, at + idsAtOnce).join(",") });
    const { rows } = await service.ask(`/ops/v1/ledgers/${ledger}?${query}`, LedgerView);
    for (const row of rows) found.set(row.id, row);
  }
  return found;
}
