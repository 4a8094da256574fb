import { z } from "zod";
import { type AccessRule, type AccessTable, accessRules, routeName } from "../auth-rules.ts";
import { SESSION_COOKIE } from "../token-claims.ts";
import { type AnswerNote, type CallNote, headerNotes, type ServiceNotes } from "./call-notes.ts";
import { type Json, JsonSchemas } from "./json-schemas.ts";
import { problemSchema } from "./problem-schema.ts";

/** A route as Elysia lists it. What it validates by itself is among its hooks. */
export interface ListedRoute {
  readonly method: string;
  readonly path: string;
  readonly hooks: unknown;
}

export interface Described {
  readonly service: string;
  /** Of its own calls and of those that every service has. */
  readonly notes: ServiceNotes;
  readonly access: AccessTable;
  readonly routes: readonly ListedRoute[];
}

/**
 * What a service answers over HTTP as an OpenAPI 3.1 document: its routes, with the schemas they
 * validate and present by, the rule of each call, and the notes on it. Throws for a route without
 * a rule or a note. RPCs are not in it: their contract is in `.proto` files, and reflection tells it.
 */
export function openApi({ service, notes, access, routes }: Described): Json {
  const schemas = new JsonSchemas(notes.schemas);
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const name = routeName(route.method, route.path);
    const [, path = ""] = name.split(" ");
    const rule = access[name];
    const note = notes.calls[name];
    if (rule === undefined || note === undefined) throw new Error(`nobody described ${name}`);
    const call = { service, name, path, rule, note, params: notes.params, schemas };
    const place = path.replaceAll(/:(\w+)/g, "{$1}");
    const operation = operationOf(call, declaredBy(route.hooks));
    paths[place] = { ...paths[place], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: "3.1.0",
    info: { title: notes.title, version: "1", description: `${notes.description} ${everywhere}` },
    servers: [{ url: "/" }],
    tags: [
      { name: service, description: "What the service is for." },
      { name: "operators", description: operators(service) },
      { name: "documents", description: "What the service says of itself." },
    ],
    paths,
    components: {
      securitySchemes,
      schemas: { ...schemas.components(), Problem: problemSchema },
    },
  };
}

const everywhere =
  "Every refusal is a problem (RFC 9457) with a stable `code`. The same calls are answered by Connect, gRPC-Web and JSON under the names of the RPCs, whose contract is in the `.proto` files.";

const operators = (service: string) =>
  `For whoever keeps the service running. Through the gateway these paths begin with \`/ops/${service}/v1\`.`;

const securitySchemes = {
  bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
  session: { type: "apiKey", in: "cookie", name: SESSION_COOKIE },
};

/** What a route declares by schemas of its own. */
interface Declared {
  readonly query: z.ZodType | undefined;
  readonly body: z.ZodType | undefined;
  /** By status. */
  readonly response: Readonly<Record<string, z.ZodType>>;
}

function declaredBy(hooks: unknown): Declared {
  const { query, body, response } = (hooks ?? {}) as Readonly<Record<string, unknown>>;
  return { query: schemaIn(query), body: schemaIn(body), response: responsesIn(response) };
}

const schemaIn = (given: unknown) => (given instanceof z.ZodType ? given : undefined);

function responsesIn(given: unknown): Declared["response"] {
  if (given instanceof z.ZodType) return { 200: given };
  const entries = Object.entries(given ?? {});
  return Object.fromEntries(entries.filter(([, schema]) => schema instanceof z.ZodType));
}

interface Call {
  readonly service: string;
  readonly name: string;
  readonly path: string;
  readonly rule: AccessRule;
  readonly note: CallNote;
  readonly params: Readonly<Record<string, string>>;
  readonly schemas: JsonSchemas;
}

function operationOf(call: Call, declared: Declared): Json {
  const { note, rule, path, schemas } = call;
  const body = note.body ?? declared.body;
  const who = rule === "public" ? "Everybody may call it." : `For: ${accessRules[rule].meaning}`;
  return {
    operationId: operationId(call.name),
    summary: note.summary,
    description: [note.description, who].filter(Boolean).join(" "),
    tags: [path.startsWith("/ops/") ? "operators" : tagOf(call)],
    ...(rule === "public" ? { security: [] } : { security: [{ bearer: [] }, { session: [] }] }),
    parameters: parametersOf(call, note.query ?? declared.query),
    ...(body && { requestBody: bodyOf(schemas.of(body, "input"), body, note.example?.body) }),
    responses: responsesOf(call, declared.response),
  };
}

const tagOf = ({ path, service }: Call) => (/\.json$/.test(path) ? "documents" : service);

/** Such as `getV1OrdersById`. */
function operationId(name: string): string {
  const [method = "", path = ""] = name.split(" ");
  const words = path.split(/[^\w:]+/).filter(Boolean);
  return [
    method.toLowerCase(),
    ...words.map((word) => (word.startsWith(":") ? `By${capital(word.slice(1))}` : capital(word))),
  ].join("");
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

function parametersOf({ path, note, params, schemas }: Call, query: z.ZodType | undefined) {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: params[name] ?? "",
    schema: { type: "string" },
  }));
  const inHeaders = (note.headers ?? []).map((name) => ({
    name,
    in: "header",
    required: false,
    ...headerNotes[name],
  }));
  return [...inPath, ...(query ? inQuery(schemas.of(query, "input")) : []), ...inHeaders];
}

function inQuery({ properties = {}, required = [] }: Json) {
  const needed = new Set(required as readonly string[]);
  return Object.entries(properties as Readonly<Record<string, Json>>).map(
    ([name, { description, ...schema }]) => ({
      name,
      in: "query",
      required: needed.has(name),
      ...(description === undefined ? {} : { description }),
      schema,
    }),
  );
}

/** A body may be left out where nothing in it has to be said. */
function bodyOf(schema: Json, { safeParse }: z.ZodType, example: unknown): Json {
  return {
    required: !safeParse({}).success,
    content: { "application/json": { schema, ...(example !== undefined && { example }) } },
  };
}

function responsesOf({ note, rule, schemas, service }: Call, declared: Declared["response"]): Json {
  const { answer } = note.example ?? {};
  const described = Object.entries(declared).map(([status, schema]) => {
    const said = note.answers?.[Number(status)];
    const content = {
      schema: schemas.of(schema, "output"),
      ...(answer !== undefined && { example: answer }),
    };
    return [
      status,
      { description: textOf(said) ?? "Done.", content: { "application/json": content } },
    ];
  });
  const others = Object.entries(note.answers ?? {}).filter(([status]) => !(status in declared));
  return {
    ...Object.fromEntries(described),
    ...Object.fromEntries(others.map(([status, said]) => [status, answerOf(Number(status), said)])),
    ...(rule === "public" ? {} : refusedByRule(rule)),
    default: problem(`Refused; \`code\` says why. Every code of ${service} is in docs/errors.md.`),
  };
}

const textOf = (said: AnswerNote | string | undefined) =>
  typeof said === "string" ? said : said?.description;

function answerOf(status: number, said: AnswerNote | string): Json {
  const description = textOf(said) ?? "";
  if (status >= 400) return problem(description);
  const media = typeof said === "string" ? undefined : said.media;
  return { description, ...(media && { content: { [media]: {} } }) };
}

function refusedByRule(rule: Exclude<AccessRule, "public">): Json {
  return {
    401: problem("Nobody is signed in, or the token does not hold."),
    ...(accessRules[rule].roles && { 403: problem("The caller has not the role.") }),
  };
}

const problem = (description: string): Json => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});
