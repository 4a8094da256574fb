import type { Log, LogFields } from "../log.ts";

export interface RecordedLine extends LogFields {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
}

/** A log whose lines can be looked at, as they were handed over: nothing is redacted. */
export function recordedLog(): { readonly log: Log; readonly lines: readonly RecordedLine[] } {
  const lines: RecordedLine[] = [];
  return { log: recordingInto(lines, {}), lines };
}

function recordingInto(lines: RecordedLine[], bound: LogFields): Log {
  const at =
    (level: RecordedLine["level"]) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push({ ...bound, ...fields, level, message });
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    isEnabledFor: () => true,
    with: (fields) => recordingInto(lines, { ...bound, ...fields }),
  };
}
