import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { docs } from "./gen/docs.ts";
import { file_platform_v1_dead_letter } from "./gen/platform/v1/dead_letter_pb.ts";
import { handledTypes } from "./listeners.ts";
import { messageContracts } from "./messages.ts";
import { streams } from "./topology.ts";

/** One message as people look it up: who sends it, who listens, and what it says. */
export interface CatalogEntry {
  /** The `ce-type`, such as `orders.v1.order_created`. */
  readonly type: string;
  /** Such as `OrderCreated`. */
  readonly name: string;
  /** The service that sends it, or `platform` when every service does. */
  readonly owner: string;
  readonly stream: string;
  /** With `{…}` for what differs from message to message. */
  readonly subject: string;
  /** The services that handle it, each with the durable through which it gets it. */
  readonly listeners: readonly { readonly service: string; readonly durable: string }[];
  readonly doc: string;
  readonly schema: DescMessage;
  readonly fields: readonly CatalogField[];
}

export interface CatalogField {
  readonly number: number;
  /** As the contract writes it, such as `order_id`. */
  readonly name: string;
  /** As JSON writes it, such as `orderId`. */
  readonly jsonName: string;
  /** Such as `int64`, `OrderedItem[]` or `Timestamp?`. */
  readonly type: string;
  readonly doc: string;
  /** The message that it is made of, where that is one of ours. */
  readonly part: DescMessage | undefined;
}

/** Every message of the system, in the order of their streams. Dead letters last: people read those. */
export const catalog: readonly CatalogEntry[] = [
  ...messageContracts.map(({ subject, stream, schema }) =>
    entryOf({ type: subject, subject: `${subject}.{id}`, stream, schema }),
  ),
  ...file_platform_v1_dead_letter.messages
    .filter(({ field }) => "eventId" in field)
    .map((schema) =>
      entryOf({
        type: "platform.v1.dead_letter",
        subject: "{service}.dlq.v1.{type}.{id}",
        stream: "DEAD_LETTERS",
        schema,
      }),
    ),
];

type Known = Pick<CatalogEntry, "type" | "subject" | "stream" | "schema">;

function entryOf({ type, subject, stream, schema }: Known): CatalogEntry {
  const declared = streams.find(({ name }) => name === stream);
  return {
    type,
    name: schema.name,
    owner: declared?.owner ?? "",
    stream,
    subject,
    listeners: (declared?.durables ?? [])
      .filter(({ name }) => handledTypes[name]?.includes(type))
      .map(({ name, service }) => ({ service, durable: name })),
    doc: docOf(schema.typeName),
    schema,
    fields: fieldsOf(schema),
  };
}

/** What the contract says of a message or, with its name behind a dot, of a field. */
export function docOf(fullName: string): string {
  return docs[fullName] ?? "";
}

export function fieldsOf(schema: DescMessage): readonly CatalogField[] {
  return schema.fields.map((field) => ({
    number: field.number,
    name: field.name,
    jsonName: field.jsonName,
    type: typeOf(field),
    doc: docOf(`${schema.typeName}.${field.name}`),
    part: partOf(field),
  }));
}

/** Messages of others, such as a timestamp, have a form of their own and no parts to look at. */
function isForeign({ typeName }: DescMessage): boolean {
  return typeName.startsWith("google.protobuf.");
}

function partOf(field: DescField): DescMessage | undefined {
  return field.message && !isForeign(field.message) ? field.message : undefined;
}

function typeOf(field: DescField): string {
  const one = field.message?.name ?? field.enum?.name ?? scalarName(field);
  if (field.fieldKind === "list") return `${one}[]`;
  if (field.fieldKind === "map") return `map of ${one}`;
  const isOptional =
    field.presence === FeatureSet_FieldPresence.EXPLICIT && field.fieldKind !== "message";
  return isOptional ? `${one}?` : one;
}

/** Such as `int64`; empty for a field that is a message or an enum. */
export function scalarName(field: DescField): string {
  return field.scalar === undefined ? "" : ScalarType[field.scalar].toLowerCase();
}
