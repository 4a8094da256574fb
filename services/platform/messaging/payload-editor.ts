import {
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { Refusal } from "../errors.ts";
import type { FieldChange, StoredDeadLetter } from "./inbox.ts";
import { type Incoming, type PayloadReader, readHeaders } from "./incoming.ts";
import { jsonDifference } from "./json-difference.ts";
import { messageType } from "./message.ts";
import { payloadViewer } from "./ops-payload.ts";

/** A payload ready to be stored, and what in it differs from what stands there. */
export interface EditedPayload {
  readonly payload: Uint8Array;
  readonly difference: readonly FieldChange[];
}

/** Makes new payloads for messages that are kept. */
export interface PayloadEditor {
  /**
   * Encodes a whole payload, given as the JSON of the message's contract. Refuses what the contract
   * as it is now does not allow, unknown fields too, and another event id than the message's. Event
   * id and time may be left out. Where the bytes that stand there cannot be read, the difference is
   * the payload as a whole.
   */
  edit(letter: StoredDeadLetter, json: JsonObject): EditedPayload;
}

export function payloadEditor(
  contracts: readonly DescMessage[],
  reader: PayloadReader,
): PayloadEditor {
  const schemas = new Map(contracts.map((schema) => [messageType(schema), schema]));
  const viewer = payloadViewer(contracts);

  return {
    edit(letter, json) {
      const message = readHeaders(letter);
      const schema = schemas.get(message.type);
      if (!schema) {
        const type = JSON.stringify(message.type.slice(0, 200));
        throw new Refusal("conflict", "unknown_type", `no contract describes the type ${type}`);
      }
      const shown = viewer.view(letter);
      const before = "json" in shown && isObject(shown.json) ? shown.json : undefined;
      const envelope = envelopeOf(schema, { letter, message, before });
      if (holdsUnsafeInteger(json)) {
        throw invalidPayload("whole numbers beyond 2^53 must be written as text");
      }
      const given = toJson(schema, readJson(schema, json));
      const whole = { ...envelope, ...(isObject(given) ? given : {}) };
      if (whole.eventId !== envelope.eventId) {
        const text = `the event id stays ${envelope.eventId}: it is the same message`;
        throw new Refusal("invalid", "event_id_changed", text);
      }
      const body = readJson(schema, whole);
      const payload = toBinary(schema, body);
      const reading = reader.read({ ...message, payload });
      if (!reading.ok) throw invalidPayload(reading.error);
      return { payload, difference: jsonDifference(before, toJson(schema, body)) };
    },
  };
}

/** What every message of ours carries besides its own fields, as this one has it. */
function envelopeOf(
  { field }: DescMessage,
  {
    letter,
    message,
    before,
  }: {
    readonly letter: StoredDeadLetter;
    readonly message: Incoming;
    readonly before: JsonObject | undefined;
  },
): JsonObject {
  return {
    ...(field.eventId ? { eventId: before?.eventId || letter.eventId } : {}),
    ...(field.time ? { time: before?.time ?? message.time.toISOString() } : {}),
  };
}

function readJson(schema: DescMessage, json: JsonValue): Message {
  try {
    return fromJson(schema, json);
  } catch (cause) {
    throw invalidPayload(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** JSON has rounded it before anybody could look: the depth of a body is limited where it is read. */
function holdsUnsafeInteger(json: JsonValue): boolean {
  if (typeof json === "number") return Number.isInteger(json) && !Number.isSafeInteger(json);
  if (typeof json !== "object" || json === null) return false;
  return Object.values(json).some(holdsUnsafeInteger);
}

const invalidPayload = (problem: string, options?: ErrorOptions) =>
  new Refusal("invalid", "invalid_payload", `invalid payload: ${problem}`, options);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
