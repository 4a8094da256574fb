import type { Log } from "../log.ts";
import type { Incoming } from "./incoming.ts";
import { inTraceOf } from "./message-spans.ts";

/**
 * Writes the line of each message that was taken in, in its trace, as a request has one. At debug:
 * there are more of them than of requests, and what goes wrong with one is told louder.
 */
export function writeMessageLines(log: Log, messages: readonly Incoming[], ms: number): void {
  if (!log.isEnabledFor("debug")) return;
  const rounded = Math.round(ms * 10) / 10;
  for (const message of messages) {
    const { type, eventId, lane, sequence } = message;
    inTraceOf(message, () =>
      log.debug("message", { type, eventId, ...lane, sequence, ms: rounded }),
    );
  }
}
