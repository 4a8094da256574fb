import type { AccessTable } from "@app/platform/auth-rules.ts";
import { z } from "zod";

type Json = Readonly<Record<string, unknown>>;

/** The calls that an OpenAPI document describes, as the tables of access write them. */
export function callsIn(document: unknown): readonly string[] {
  return operationsIn(document).map(({ method, path }) => {
    return `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
  });
}

/** The routes of a table, without its RPCs. */
export const routesIn = (access: AccessTable) =>
  Object.keys(access).filter((call) => call.includes(" "));

/** What is wrong with a document by itself: names that are there twice, ways that lead nowhere, examples that do not fit. */
export function faultsIn(document: unknown): readonly string[] {
  const ids = operationsIn(document).map(({ operation }) => String(operation.operationId));
  return [
    ...ids.filter((id, at) => ids.indexOf(id) < at).map((id) => `${id} is there twice`),
    ...referencesIn(document)
      .filter((pointer) => at(document, pointer) === undefined)
      .map((pointer) => `${pointer} leads nowhere`),
    ...operationsIn(document).flatMap(({ method, path, operation }) =>
      contentsIn(operation)
        .filter(({ schema, example }) => example !== undefined && !fits(document, schema, example))
        .map(({ example }) => `${method} ${path}: ${JSON.stringify(example)} does not fit`),
    ),
    ...operationsIn(document)
      .filter(({ path, operation }) => parametersOf(path) !== describedParameters(operation))
      .map(({ path }) => `${path} has other parameters than are described`),
  ];
}

function operationsIn(document: unknown) {
  return Object.entries(object(at(document, "#/paths"))).flatMap(([path, item]) =>
    Object.entries(object(item)).map(([method, operation]) => ({
      method,
      path,
      operation: object(operation),
    })),
  );
}

const parametersOf = (path: string) =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).join();

const describedParameters = ({ parameters }: Json) =>
  list(parameters)
    .filter((parameter) => parameter.in === "path")
    .map(({ name }) => name)
    .join();

/** What a call reads and what it answers, each with its schema and its example. */
function contentsIn({ requestBody, responses }: Json) {
  return [requestBody, ...Object.values(object(responses))].flatMap((one) =>
    Object.values(object(object(one).content)).map((content) => object(content)),
  );
}

function fits(document: unknown, schema: unknown, example: unknown): boolean {
  const text = JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/");
  const defs = JSON.stringify(at(document, "#/components/schemas"));
  const whole = {
    ...JSON.parse(text),
    $defs: JSON.parse(defs.replaceAll("#/components/schemas/", "#/$defs/")),
  };
  return z.fromJSONSchema(whole).safeParse(example).success;
}

function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "$ref" ? [String(member)] : referencesIn(member),
  );
}

/** What a JSON pointer leads to. */
function at(document: unknown, pointer: string): unknown {
  return pointer
    .slice(2)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce((found: unknown, step) => object(found)[step], document);
}

const object = (value: unknown): Json =>
  typeof value === "object" && value !== null ? (value as Json) : {};
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(object) : []);
