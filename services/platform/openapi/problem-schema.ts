/** A refusal as callers get it (RFC 9457), with our own members. */
export const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "code"],
  properties: {
    type: { type: "string", format: "uri-reference", description: "`/problems/` and the code." },
    title: { type: "string", description: "The same for every refusal of the kind." },
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: { type: "string", description: "What is wrong with this request." },
    code: { type: "string", description: "A stable name that clients may match on." },
    traceId: { type: "string", description: "Finds the request in logs and traces." },
  },
  example: {
    type: "/problems/invalid_id",
    title: "The request is not valid",
    status: 400,
    detail: "invalid id",
    code: "invalid_id",
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  },
} as const;
