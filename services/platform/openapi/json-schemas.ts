import { z } from "zod";

export type Json = Readonly<Record<string, unknown>>;

/** Where a named schema stands in the document. */
const place = (name: string) => `#/components/schemas/${name}`;

/** Which way a value goes: a caller sends what a schema reads, and gets what it makes of it. */
export type Direction = "input" | "output";

interface Registered {
  readonly id: string;
}

/**
 * JSON Schemas of one document. A schema that has a name stands in it once, and everything that
 * holds it refers to it; what is described is what travels, in the words of zod's own conversion.
 */
export class JsonSchemas {
  readonly #named: ReadonlyMap<z.ZodType, string>;

  constructor(named: Readonly<Record<string, z.ZodType>>) {
    this.#named = new Map(Object.entries(named).map(([name, schema]) => [schema, name]));
  }

  /** The schemas with a name, as answers hold them. */
  components(): Json {
    const { schemas } = z.toJSONSchema(this.#registry(), { ...rules("output"), uri: place });
    return Object.fromEntries(
      [...this.#named.values()].map((name) => [name, withoutIdentity(schemas[name] ?? {})]),
    );
  }

  /** A schema as it stands in a call: a reference where it has a name. */
  of(schema: z.ZodType, direction: Direction): Json {
    const name = this.#named.get(schema);
    if (name !== undefined) return { $ref: place(name) };
    if (direction === "input") return withoutIdentity(z.toJSONSchema(schema, rules(direction)));
    const registry = this.#registry();
    registry.add(schema, { id: unnamed });
    const { schemas } = z.toJSONSchema(registry, { ...rules(direction), uri: place });
    return withoutIdentity(schemas[unnamed] ?? {});
  }

  #registry() {
    const registry = z.registry<Registered>();
    for (const [schema, id] of this.#named) registry.add(schema, { id });
    return registry;
  }
}

/** No schema of ours has it: names are words. */
const unnamed = "~";

function rules(io: Direction) {
  return {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }: Overridden) => {
      // Nothing is what may be sent.
      if (zodSchema._zod.def.type === "undefined") jsonSchema.not = {};
      // Answers get new members, which readers are to leave alone.
      if (io === "output") delete jsonSchema.additionalProperties;
      // The format says it; the pattern is longer than all the rest.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
      if (jsonSchema.format === "uuid") delete jsonSchema.pattern;
    },
  } as const;
}

interface Overridden {
  readonly zodSchema: z.core.$ZodTypes;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

/** A schema by itself: its place is given by what holds it. */
function withoutIdentity({ $schema: _, $id: __, $defs: ___, ...schema }: Json): Json {
  return opened(schema);
}

/** What refers to itself is any JSON, the only thing of ours that does; a document has no place for its definition. */
function opened(schema: Json): Json {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, member]) => {
      if (name === "$ref" && String(member).includes("/$defs/")) return [];
      return [[name, Array.isArray(member) ? member.map(openedMember) : openedMember(member)]];
    }),
  );
}

const openedMember = (member: unknown) =>
  typeof member === "object" && member !== null && !Array.isArray(member)
    ? opened(member as Json)
    : member;
