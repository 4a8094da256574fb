import { problemNotes } from "@app/web/gateway/problem-notes.ts";

/** `docs/errors.md`: every code that an answer can carry, with the status that the sources give it. */
export function errorsPage(codes: ReadonlyMap<string, readonly number[]>): string {
  const sections = Object.entries(problemNotes).flatMap(([area, notes]) => [
    `## ${area}`,
    "",
    ...Object.entries(notes).flatMap(([code, { means, act }]) => [
      `### ${code}`,
      "",
      `${(codes.get(code) ?? []).join(", ")}. ${means} *What to do:* ${act}`,
      "",
    ]),
  ]);
  return [introduction, "", ...sections].join("\n");
}

const introduction = `# Errors

Written by \`bun tests/house/write-errors-page.ts\` from the sources and their notes; a test holds it fresh, and fails
where a code can be answered that has no section here.

A refusal over HTTP is \`application/problem+json\` (RFC 9457). \`code\` is stable and what programs match on; \`title\`
is the same for all of a kind, \`detail\` says what is wrong with this request, \`traceId\` finds it in the logs. \`type\`
is \`/problems/\` and the code: the gateway answers there with the section below. The number before each is the
status. RPCs carry the code as \`reason\` of the detail \`platform.v1.Refusal\`, beside the code of their protocol:

| HTTP | RPC | may be sent again as it is |
|---|---|---|
| 400 | INVALID_ARGUMENT | no |
| 401 | UNAUTHENTICATED | after signing in |
| 403 | PERMISSION_DENIED | no |
| 404 | NOT_FOUND | no |
| 409 | FAILED_PRECONDITION | once the state is another |
| 422 | ALREADY_EXISTS | no |
| 429 | RESOURCE_EXHAUSTED | after \`Retry-After\` |
| 503 | UNAVAILABLE | after \`Retry-After\` |

Of 5xx, what can be repeated without harm can be repeated: reading, cancelling, and what has an \`Idempotency-Key\`.`;
