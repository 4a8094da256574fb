import type { AuditEntry } from "@app/platform/messaging/audit.ts";
import { messagingTables } from "./messaging-tables.ts";
import type { ModelDatabase } from "./model-client.ts";
import type { ModelServer } from "./model-server.ts";
import type { ModelTransaction } from "./model-transaction.ts";

/** Records what somebody did, within a statement. */
export function addToAudit(tx: ModelTransaction, server: ModelServer, entry: AuditEntry): void {
  const id = server.next("audit");
  tx.put(messagingTables(server).audit, id, { ...entry, id, at: tx.now });
}

/** As the core's `appendToAudit`. */
export const appendToModelAudit = (db: ModelDatabase, entry: AuditEntry): Promise<void> =>
  db.run("audit.append", (tx) => addToAudit(tx, db.server, entry));
