import {
  create,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { encodeHeaders, type HeaderBlock } from "./headers.ts";
import type { MessageIds } from "./message-ids.ts";
import { creationTraceparent } from "./message-spans.ts";

/** A message ready to send: payload, subject and headers are bytes and text, nothing is left to decide. */
export interface OutgoingMessage {
  readonly eventId: string;
  /** `<aggregate>/<id>`: messages of one key are handled in the order of their versions. */
  readonly key: string;
  /** The aggregate row's own counter, +1 per message, no gaps. */
  readonly version: number;
  readonly subject: string;
  readonly headers: HeaderBlock;
  readonly payload: Uint8Array;
}

/** What every message of ours carries in its payload, besides its own fields. */
type Envelope = { readonly eventId: string; readonly time?: Timestamp };

/** A message before it has its id. */
export interface MessageDraft<D extends DescMessage> {
  readonly schema: D;
  /** `event_id` and `time` are filled in. */
  readonly body: Omit<MessageInitShape<D>, "eventId" | "time" | "$typeName">;
  /** The aggregate's kind, such as `order`. */
  readonly aggregate: string;
  /** The aggregate's id: the last token of the subject. */
  readonly id: string;
  readonly version: number;
  readonly time: Date;
  /** Instead of `<type>.<id>`, where the sender is not the contract's owner. */
  readonly subject?: string;
}

/** `<aggregate>/<id>`. */
export const keyForm = /^[a-z][a-z0-9_-]{0,63}\/[\x21-\x7e]{1,191}$/;
/** A counter that both JSON and Postgres hold exactly. */
export const versionForm = /^[1-9]\d{0,14}$/;
/** Tokens without wildcards: whoever writes a subject means one. */
const subjectForm = /^[^\s.*>]+(\.[^\s.*>]+)+$/;

/**
 * The type of a message, from its contract: `orders.v1.OrderCreated` is `orders.v1.order_created`.
 * It is the `ce-type` header and the subject without the id.
 */
export function messageType(schema: DescMessage): string {
  const known = types.get(schema);
  if (known !== undefined) return known;

  const snake = schema.name.replace(/(?<!^)([A-Z])/g, "_$1").toLowerCase();
  const type = `${schema.typeName.slice(0, -schema.name.length)}${snake}`;
  types.set(schema, type);
  return type;
}

/** One for each contract, which are as many as there are. */
const types = new WeakMap<DescMessage, string>();

/**
 * Encodes a message once and for all: binary protobuf with the CloudEvents NATS binding's binary
 * mode headers, plus `key` and `version`, which order it, `Nats-Msg-Id`, which the broker
 * deduplicates by, and the `traceparent` of whatever composes it. Throws on a key, version or subject
 * that no consumer could read: once committed it could not be taken back.
 */
export function composeMessage<D extends DescMessage>(
  draft: MessageDraft<D>,
  ids: MessageIds,
): OutgoingMessage {
  const { schema, aggregate, id, version, time } = draft;
  const eventId = ids.next();
  const type = messageType(schema);
  const key = `${aggregate}/${id}`;
  const subject = draft.subject ?? `${type}.${id}`;
  if (!keyForm.test(key) || !versionForm.test(String(version)) || !subjectForm.test(subject)) {
    throw new TypeError(`no message can be sent as ${JSON.stringify({ key, version, subject })}`);
  }
  const traceparent = creationTraceparent({ eventId, type, key, subject });
  const envelope: Envelope = { eventId, time: timestampFromDate(time) };
  // Generic over the contract, the compiler cannot see that the envelope completes the body.
  const body = create(schema, { ...draft.body, ...envelope } as unknown as MessageInitShape<D>);

  return {
    eventId,
    key,
    version,
    subject,
    headers: encodeHeaders({
      "Nats-Msg-Id": eventId,
      "ce-specversion": "1.0",
      "ce-id": eventId,
      "ce-type": type,
      "ce-source": `/${type.slice(0, type.indexOf("."))}`,
      "ce-time": time.toISOString(),
      "ce-subject": key,
      "ce-datacontenttype": "application/protobuf",
      ...(traceparent === undefined ? {} : { traceparent }),
      key,
      version: String(version),
    }),
    payload: toBinary(schema, body as MessageShape<D>),
  };
}
