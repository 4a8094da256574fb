import { Elysia } from "elysia";
import type { AccessTable } from "../auth-rules.ts";
import { commonAccess } from "../common-access.ts";
import type { CallNotes, ServiceNotes } from "./call-notes.ts";
import { type ListedRoute, openApi } from "./document.ts";
import type { Json } from "./json-schemas.ts";
import { operatorNotes } from "./operator-notes.ts";

const commonNotes: CallNotes = {
  ...operatorNotes,
  "GET /openapi.json": {
    summary: "Describe the HTTP API",
    description: "This document.",
    answers: { 200: { description: "OpenAPI 3.1.", media: "application/json" } },
  },
  "GET /asyncapi.json": {
    summary: "Describe the messages that the service sends and hears",
    answers: { 200: { description: "AsyncAPI 3.0.", media: "application/json" } },
  },
};

/** What stands in the paths of calls that every service has. */
const commonParams = {
  id: "The id of what is asked for.",
  name: "The name of what is asked for.",
  group: "The id of a group, as the list of groups has it.",
};

export interface DocumentedService {
  readonly service: string;
  /** Of its own calls. */
  readonly notes: ServiceNotes;
  readonly access: AccessTable;
  /** All of them, once all are there. */
  readonly routes: () => readonly ListedRoute[];
  /** The AsyncAPI document of what the service sends and hears. */
  readonly messages: () => Json;
}

/** How long a copy of a document may be shown; a new release may say something else. */
const MAX_AGE_SECONDS = 60;

/** What the service says of itself, made when it is first asked for. */
export const documentRoutes = (documented: DocumentedService) => {
  const api = onDemand(() => apiOf(documented));
  const messages = onDemand(documented.messages);
  return new Elysia().get("/openapi.json", api).get("/asyncapi.json", messages);
};

/** The OpenAPI document of a service, with what every service answers. */
export function apiOf({ service, notes, access, routes }: DocumentedService): Json {
  return openApi({
    service,
    access: { ...access, ...commonAccess },
    routes: routes(),
    notes: {
      ...notes,
      params: { ...commonParams, ...notes.params },
      calls: { ...commonNotes, ...notes.calls },
    },
  });
}

function onDemand(make: () => Json): () => Response {
  let made: string | undefined;
  return () => {
    made ??= JSON.stringify(make());
    return new Response(made, {
      headers: {
        "content-type": "application/json",
        "cache-control": `public, max-age=${MAX_AGE_SECONDS}`,
      },
    });
  };
}
