import { redactText } from "../redact.ts";
import { storable } from "./incoming.ts";

/** Errors are shown to people; a stack of megabytes is not. */
export const errorMax = 4_000;

const causesMax = 5;

/**
 * An error as it is kept with a message and announced: what was said, and what caused it, without
 * secrets and without the parameters of a failed query, which say of people what the message does not.
 */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let at = error, depth = 0; at !== undefined && depth < causesMax; depth += 1) {
    parts.push(redactText(at instanceof Error ? `${at.name}: ${at.message}` : String(at)));
    at = at instanceof Error ? at.cause : undefined;
  }
  return storable(parts.join("; caused by ")).slice(0, errorMax);
}
