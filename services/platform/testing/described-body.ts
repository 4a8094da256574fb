import { z } from "zod";
import type { CallNote } from "../openapi/call-notes.ts";

/**
 * What a note says of a body that is read by hand and that its reader does not: an example that is
 * refused, by the reader or by the note's own schema, and members that the reader does not know.
 */
export function misdescribed(
  note: CallNote | undefined,
  read: (body: unknown) => unknown,
): readonly string[] {
  const { body: schema, example } = note ?? {};
  if (!(schema instanceof z.ZodObject)) return ["its body is not described"];
  const sent = { ...Object(example?.body) };
  const byItself = schema.safeParse(sent);
  const members = Object.keys(schema.shape).map((name) => refusal(read, { ...sent, [name]: null }));
  return [
    ...(byItself.success ? [] : [byItself.error.message]),
    ...[refusal(read, sent)].filter((text) => text !== undefined),
    ...members.filter((text) => text?.startsWith("unknown field")),
    // A reader that takes whatever is sent would let every member pass.
    ...(refusal(read, { ...sent, nobodyKnowsThis: 1 }) ? [] : ["unknown members are not refused"]),
  ].map(String);
}

function refusal(read: (body: unknown) => unknown, body: unknown): string | undefined {
  try {
    read(body);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
