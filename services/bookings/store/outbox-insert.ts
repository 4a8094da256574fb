import type { OutgoingMessage } from "@app/platform/messaging/message.ts";
import { outboxRow } from "@app/platform/messaging/outbox.ts";
import { outbox } from "@app/platform/messaging/tables.ts";
import { type SQL, sql } from "drizzle-orm";

/** Inserts the outbox row of a message once for each row of `source`, a part of the same statement. */
export function outboxInsert(message: OutgoingMessage, source: SQL): SQL {
  const { partition, eventId, key, version, subject, headers, payload } = outboxRow(message);
  return sql`
    insert into ${outbox} (partition, event_id, key, version, subject, headers, payload)
    select ${partition}::smallint, ${eventId}::uuid, ${key}::text, ${version}::bigint,
      ${subject}::text, ${headers}::text, ${payload}::bytea
    from ${source}`;
}
