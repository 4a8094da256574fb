import { create, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { uuidV5 } from "../random.ts";
import type { StoredMessage } from "./broker.ts";
import type { MessageContext } from "./handler.ts";
import { decodeHeaders } from "./headers.ts";
import { keyForm, messageType, versionForm } from "./message.ts";
import type { DeadLetterReason } from "./tables.ts";

/** A stored message whose headers were read. Its payload is read when its turn has come. */
export interface Incoming extends StoredMessage {
  /** `ce-id`; derived from the place in the stream where that is missing or no UUID. */
  readonly eventId: string;
  readonly type: string;
  readonly time: Date;
  readonly traceparent: string | undefined;
  /** Undefined when the headers name no lane: it can never be handled. */
  readonly lane: { readonly key: string; readonly version: number } | undefined;
}

/** What a payload turned out to be. */
export type Reading =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly reason: DeadLetterReason; readonly error: string };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
/** W3C Trace Context, version 00. Anything else is not passed on. */
const traceparentForm = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
/** The namespace of ids of messages that bring none; any constant would do. */
const placeNamespace = "5d7a4f0e-6a0c-5d3b-9f57-3f4b8f0c2a11";

/**
 * Reads a message's headers. Nothing that stands in them can make it fail, nor what is done with
 * the result: it can be stored, and its parts sent on.
 */
export function readHeaders(message: StoredMessage): Incoming {
  const block = storable(message.headers);
  const headers = decodeHeaders(block);
  const { stream, sequence, publishedAt } = message;
  const subject = storable(message.subject);
  const id = headers.get("ce-id") ?? "";
  const key = headers.get("key") ?? "";
  const version = headers.get("version") ?? "";
  const time = headers.get("ce-time") ?? "";
  const stated = rfc3339.test(time) ? new Date(time) : new Date(Number.NaN);
  const traceparent = headers.get("traceparent") ?? "";
  const readable = keyForm.test(key) && versionForm.test(version);

  return {
    ...message,
    subject,
    headers: block,
    // A message that no key orders is known by its place: its own id may be anybody's.
    eventId:
      readable && uuid.test(id)
        ? id.toLowerCase()
        : uuidV5(placeNamespace, `${stream}/${sequence}/${publishedAt.getTime()}`),
    type: headers.get("ce-type") ?? subject.slice(0, Math.max(0, subject.lastIndexOf("."))),
    time: Number.isNaN(stated.getTime()) ? publishedAt : stated,
    traceparent: traceparentForm.test(traceparent) ? traceparent : undefined,
    lane: readable ? { key, version: Number(version) } : undefined,
  };
}

/** Postgres stores any character but NUL, and one message that it refuses would stop all behind it. */
export const storable = (text: string): string => text.replaceAll("\0", "\uFFFD");

/** Reads payloads by the contracts: their bytes, then their rules. */
export interface PayloadReader {
  read(message: Incoming): Reading;
}

/** A reader of all `contracts`; those that are `expected` it reads fast from the first message on. */
export function payloadReader(
  contracts: readonly DescMessage[],
  expected: readonly DescMessage[] = [],
): PayloadReader {
  const schemas = new Map(contracts.map((schema) => [messageType(schema), schema]));
  const validator = createValidator();
  // The rules are compiled at their first use, which takes longer than all else in a first message's
  // transaction: better at the start than under its locks. What is read for an operator can wait for
  // it, and starting would cost a fifth more with the rules of all others.
  for (const schema of expected) validator.validate(schema, create(schema));

  return {
    read({ type, payload }) {
      const schema = schemas.get(type);
      if (!schema) {
        const error = `no contract describes the type ${JSON.stringify(type.slice(0, 200))}`;
        return { ok: false, reason: "unknown_type", error };
      }
      try {
        const body = fromBinary(schema, payload);
        const result = validator.validate(schema, body);
        if (result.kind === "valid") return { ok: true, body };
        return {
          ok: false,
          reason: "unreadable",
          error: String(result.error?.message ?? "invalid"),
        };
      } catch (error) {
        return { ok: false, reason: "unreadable", error: String(error) };
      }
    },
  };
}

export const contextOf = (
  message: Incoming & { lane: { key: string; version: number } },
): MessageContext => ({
  eventId: message.eventId,
  key: message.lane.key,
  version: message.lane.version,
  time: message.time,
  traceparent: message.traceparent,
});
