import { DeadLetterSchema } from "@app/contracts/gen/platform/v1/dead_letter_pb.ts";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Clock } from "../clock.ts";
import { errorMax } from "./describe-error.ts";
import { decodeHeaders } from "./headers.ts";
import type { DeadLetter, InboxTransaction } from "./inbox.ts";
import { type Incoming, storable } from "./incoming.ts";
import { composeMessage } from "./message.ts";
import { derivedMessageIds } from "./message-ids.ts";
import { inTraceOf } from "./message-spans.ts";
import type { DeadLetterReason } from "./tables.ts";

/** What is known of earlier tries when a message is set aside. */
export interface Trouble {
  readonly reason: DeadLetterReason;
  readonly error: string;
  readonly attempts?: number;
  readonly firstFailedAt?: Date | null;
  readonly lastFailedAt?: Date | null;
}

/**
 * Sets a message aside and announces it on `<service>.dlq.v1.<type>.<id>`, both in `tx`. The caller
 * blocks its lane.
 */
export async function setAside<S>(
  tx: InboxTransaction<S>,
  message: Incoming,
  rules: { readonly service: string; readonly consumer: string; readonly clock: Clock },
  trouble: Trouble,
): Promise<void> {
  const { service, consumer } = rules;
  const now = rules.clock.now();
  const letter: DeadLetter = {
    ...message,
    key: message.lane?.key ?? null,
    version: message.lane?.version ?? null,
    reason: trouble.reason,
    error: storable(trouble.error).slice(0, errorMax),
    attempts: trouble.attempts ?? 0,
    firstFailedAt: trouble.firstFailedAt ?? now,
    lastFailedAt: trouble.lastFailedAt ?? now,
  };
  const id = await tx.addDeadLetter(letter);
  if (id === undefined) return;
  const announcement = inTraceOf(message, () =>
    composeMessage(
      {
        schema: DeadLetterSchema,
        subject: subjectOf(service, message, id),
        aggregate: "dead-letter",
        id: `${service}-${id}`,
        version: 1,
        time: now,
        body: {
          deadLetterId: String(id),
          consumer,
          stream: message.stream,
          streamSequence: BigInt(message.sequence),
          subject: message.subject,
          type: message.type.slice(0, 256),
          key: letter.key ?? "",
          ...(letter.version === null ? {} : { version: BigInt(letter.version) }),
          reason: letter.reason,
          error: letter.error ?? "",
          attempts: letter.attempts,
          firstFailedAt: timestampFromDate(letter.firstFailedAt ?? now),
          lastFailedAt: timestampFromDate(letter.lastFailedAt ?? now),
          headers: [...decodeHeaders(message.headers)]
            .slice(0, announcedHeadersMax)
            .map(([name, value]) => ({ name, value })),
          // The letter itself keeps the whole; an announcement must fit the broker's limit.
          payload:
            message.payload.length <= announcedPayloadMax ? message.payload : new Uint8Array(),
        },
      },
      derivedMessageIds(`${consumer}/dead-letter`, message.eventId),
    ),
  );
  await tx.append([announcement]);
}

const announcedPayloadMax = 512 * 1024;
const announcedHeadersMax = 256;

/** Tokens of a subject may hold neither dots nor wildcards, and a hostile header may hold anything. */
function subjectOf(service: string, { type, lane }: Incoming, id: number): string {
  const token = (text: string) => text.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 64);
  const name = token(type.slice(type.lastIndexOf(".") + 1)) || "unknown";
  const subject = lane ? token(lane.key.slice(lane.key.indexOf("/") + 1)) : String(id);
  return `${service}.dlq.v1.${name}.${subject}`;
}
