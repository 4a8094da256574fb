import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { z } from "zod";
import type { CallNotes, ServiceNotes } from "./call-notes.ts";
import { openApi } from "./document.ts";

const Thing = z.object({ id: z.uuid(), madeAt: z.iso.datetime(), note: z.string().optional() });
const Things = z.object({ things: z.array(Thing) });
const AddThing = z.strictObject({
  note: z.string().max(10).default(""),
  sure: z.undefined().optional(),
});

const routes = new Elysia({ prefix: "/v1/things" })
  .get("/", () => ({ things: [] }), { query: z.object({ limit: z.string() }), response: Things })
  .post("/:id", ({ status }) => status(204, undefined), { body: AddThing }).routes;

const calls: CallNotes = {
  "GET /v1/things": { summary: "List things" },
  "POST /v1/things/:id": {
    summary: "Add a thing",
    headers: ["Idempotency-Key"],
    example: { body: { note: "red" } },
    answers: { 204: "It is there.", 409: "It was there." },
  },
};
const notes: ServiceNotes = {
  title: "Things",
  description: "Keeps things.",
  schemas: { Thing },
  params: { id: "The thing's id." },
  calls,
};
const access = { "GET /v1/things": "public", "POST /v1/things/:id": "operator" } as const;
const document = openApi({ service: "things", notes, access, routes });

describe("the OpenAPI document", () => {
  test("refers to schemas that have a name, and says once what they hold", () => {
    expect(document).toMatchObject({
      paths: {
        "/v1/things": {
          get: {
            operationId: "getV1Things",
            security: [],
            responses: {
              200: {
                content: {
                  "application/json": {
                    schema: { properties: { things: { items: ref("Thing") } } },
                  },
                },
              },
            },
          },
        },
      },
    });
    expect(document).toHaveProperty(["components", "schemas", "Thing"], {
      type: "object",
      properties: {
        id: { type: "string", format: "uuid" },
        madeAt: { type: "string", format: "date-time" },
        note: { type: "string" },
      },
      required: ["id", "madeAt"],
    });
  });

  test("tells what a call takes, who may make it, and how it may be refused", () => {
    expect(document).toMatchObject({
      paths: {
        "/v1/things/{id}": {
          post: {
            operationId: "postV1ThingsById",
            description: "For: An operator.",
            parameters: [
              { name: "id", in: "path", required: true, description: "The thing's id." },
              { name: "Idempotency-Key", in: "header" },
            ],
            requestBody: {
              required: false,
              content: {
                "application/json": {
                  example: { note: "red" },
                  schema: {
                    properties: { note: { type: "string", maxLength: 10 }, sure: { not: {} } },
                    additionalProperties: false,
                  },
                },
              },
            },
            responses: { 204: { description: "It is there." }, 401: {}, 403: {}, 409: {} },
          },
        },
      },
    });
  });

  test("is refused while a route has no note, or no rule", () => {
    const undescribed = { ...notes, calls: {} };
    const described = { service: "things", notes, access, routes };

    expect(() => openApi({ ...described, notes: undescribed })).toThrow(
      "nobody described GET /v1/things",
    );
    expect(() => openApi({ ...described, access: {} })).toThrow("nobody described GET /v1/things");
  });

  test("opens what refers to itself, which nothing in it could say", () => {
    const Edit = z.object({ payload: z.record(z.string(), z.json()) });
    const bodies = { ...calls, "GET /v1/things": { summary: "Edit", body: Edit } };
    const edited = openApi({
      service: "things",
      notes: { ...notes, calls: bodies },
      access,
      routes,
    });

    expect(JSON.stringify(edited)).not.toContain("$defs");
  });
});

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
