import type { DescEnum, DescField, DescMessage } from "@bufbuild/protobuf";
import { type CatalogEntry, catalog, docOf, scalarName } from "./catalog.ts";
import { streams } from "./topology.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * The messages of the system as an AsyncAPI 3.0 document, read off the contracts and the topology.
 * Payloads travel as binary protobuf; their schemas describe protobuf's JSON mapping of the same.
 */
export function asyncApi(entries: readonly CatalogEntry[] = catalog): Json {
  const schemas = new Map<string, Json>();
  for (const { schema } of entries) collect(schema, schemas);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "QuickBite and MyEvents",
      version: "1",
      description:
        "What the services tell each other over NATS JetStream, as binary protobuf with CloudEvents headers. Messages of one key are handled in the order of their versions.",
    },
    defaultContentType: "application/protobuf",
    channels: Object.fromEntries(entries.map((entry) => [entry.type, channelOf(entry)])),
    operations: Object.fromEntries(entries.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(entries.map((entry) => [entry.name, messageOf(entry)])),
      messageTraits: { cloudEvent: { headers: cloudEventHeaders } },
      schemas: Object.fromEntries(schemas),
    },
  };
}

/** The part of the document that one service has to do with: what it sends, and what it hears. */
export function asyncApiOf(service: string): Json {
  const isOf = ({ owner, listeners }: CatalogEntry) =>
    [service, "platform"].includes(owner) ||
    listeners.some((listener) => listener.service === service);
  return asyncApi(catalog.filter(isOf));
}

const ref = (pointer: string) => ({ $ref: `#/${pointer}` });

function channelOf({ name, stream, subject, doc }: CatalogEntry): Json {
  const parameters = [...subject.matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => parameter);
  return {
    address: subject,
    title: name,
    description: `${doc} On the stream ${stream}${keepsOf(stream)}.`,
    parameters: Object.fromEntries(
      parameters.map((parameter) => [parameter, { description: parameterDocs[parameter] ?? "" }]),
    ),
    messages: { [name]: ref(`components/messages/${name}`) },
  };
}

const parameterDocs: Readonly<Record<string, string>> = {
  id: "The id of what the message is about",
  service: "The service that could not process the message",
  type: "The type of the message that could not be processed",
};

function keepsOf(stream: string): string {
  const seconds = streams.find(({ name }) => name === stream)?.maxAgeSeconds ?? 0;
  return seconds === 0 ? ", which keeps everything" : `, which keeps ${seconds / 86_400} days`;
}

function operationsOf({ type, name, owner, listeners }: CatalogEntry): readonly [string, Json][] {
  const channel = ref(`channels/${type}`);
  const messages = [ref(`channels/${type}/messages/${name}`)];
  const sender = owner === "platform" ? "every service" : owner;
  return [
    [
      `${owner}.send.${name}`,
      { action: "send", channel, messages, summary: `Sent by ${sender}`, tags: [{ name: owner }] },
    ],
    ...listeners.map(({ service, durable }): [string, Json] => [
      `${service}.receive.${name}`,
      {
        action: "receive",
        channel,
        messages,
        summary: `Heard by ${service} through its durable ${durable}`,
        tags: [{ name: service }],
      },
    ]),
  ];
}

function messageOf({ type, name, doc, schema }: CatalogEntry): Json {
  return {
    name: type,
    title: name,
    summary: doc,
    contentType: "application/protobuf",
    traits: [ref("components/messageTraits/cloudEvent")],
    payload: ref(`components/schemas/${schema.typeName}`),
  };
}

const text = (description: string): Json => ({ type: "string", description });

const cloudEventHeaders: Json = {
  type: "object",
  required: ["ce-id", "ce-type", "ce-source", "ce-time", "ce-specversion", "key", "version"],
  properties: {
    "ce-specversion": { const: "1.0" },
    "ce-id": { ...text("The message's id, the same at every repetition"), format: "uuid" },
    "ce-type": text("The type, which is the subject without its id"),
    "ce-source": text("The service that states it"),
    "ce-time": { ...text("When it happened"), format: "date-time" },
    "ce-subject": text("The same as key"),
    "ce-datacontenttype": { const: "application/protobuf" },
    "Nats-Msg-Id": text("The message's id, by which the broker drops repetitions"),
    traceparent: text("W3C trace context, where there is one"),
    key: text("`<aggregate>/<id>`: messages of one key are handled in the order of their versions"),
    version: text("The aggregate's own counter, one more with each message, without gaps"),
  },
};

/** A message and everything that it is made of, by full name. */
function collect(schema: DescMessage, into: Map<string, Json>): void {
  if (into.has(schema.typeName) || isWellKnown(schema)) return;
  // Before its parts, which may hold it again.
  into.set(schema.typeName, {});
  for (const { message } of schema.fields) if (message) collect(message, into);
  into.set(schema.typeName, {
    type: "object",
    description: docOf(schema.typeName),
    properties: Object.fromEntries(
      schema.fields.map((field) => [field.jsonName, propertyOf(schema, field)]),
    ),
  });
}

const isWellKnown = ({ typeName }: DescMessage) => typeName.startsWith("google.protobuf.");

function propertyOf(schema: DescMessage, field: DescField): Json {
  const description = docOf(`${schema.typeName}.${field.name}`);
  const one = valueSchema(field);
  if (field.fieldKind === "list") return { type: "array", items: one, description };
  if (field.fieldKind === "map") {
    return { type: "object", additionalProperties: one, description };
  }
  // Beside a reference nothing else counts, so it stands in a list of its own.
  return "$ref" in one ? { allOf: [one], description } : { ...one, description };
}

function valueSchema(field: DescField): Json {
  if (field.message) return messageValue(field.message);
  if (field.enum) return enumValue(field.enum);
  const name = scalarName(field);
  if (/64$/.test(name)) return { type: "string", format: name };
  if (/^(?:double|float)$/.test(name)) return { type: "number", format: name };
  if (/32$/.test(name)) return { type: "integer", format: name };
  if (name === "bool") return { type: "boolean" };
  return name === "bytes" ? { type: "string", contentEncoding: "base64" } : { type: "string" };
}

function messageValue(message: DescMessage): Json {
  if (message.typeName === "google.protobuf.Timestamp")
    return { type: "string", format: "date-time" };
  if (isWellKnown(message)) return {};
  return ref(`components/schemas/${message.typeName}`);
}

const enumValue = ({ values }: DescEnum): Json => ({
  type: "string",
  enum: values.map(({ name }) => name),
});
