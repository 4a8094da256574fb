import { configureSync, getLogger, type LogLevel, type LogRecord } from "@logtape/logtape";
import { redact } from "./redact.ts";
import { currentSpan } from "./telemetry.ts";

export type LogFields = Record<string, unknown>;

/**
 * A constant lower-case message and fields; an error goes under `err`.
 * Values never stand in the message, so that lines can be counted by it.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Whether such a line is written at all; where it is not, its fields need not be made. */
  isEnabledFor(level: "debug"): boolean;
  /** The same log with fields that stand on every line. */
  with(fields: LogFields): Log;
}

export interface LogSettings {
  readonly service: string;
  readonly level: Extract<LogLevel, "debug" | "info" | "warning" | "error">;
  /** Takes each finished line, without its line end. Default: stdout. */
  readonly write?: (line: string) => void;
}

/**
 * Sets up the process's log and returns it; a second call replaces the first.
 * Lines are written before the call returns, so that the last words of a process
 * that dies are not lost with a buffer.
 */
export function startLog({ service, level, write = writeToStdout }: LogSettings): Log {
  configureSync({
    reset: true,
    sinks: { lines: (record) => write(lineOf(record, service)) },
    loggers: [
      { category: [], lowestLevel: level, sinks: ["lines"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["lines"] },
    ],
  });
  return getLogger([service]);
}

/** A log for code that must be given one and has nobody to tell. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  isEnabledFor: () => false,
  with: () => silentLog,
};

/** One record as one JSON line, with the trace that it was written in and without secrets. */
export function lineOf(record: LogRecord, service: string): string {
  const { rawMessage, level, timestamp, properties } = record;
  const traceId = currentSpan()?.traceId;
  return JSON.stringify({
    time: new Date(timestamp).toISOString(),
    level,
    service,
    message: typeof rawMessage === "string" ? rawMessage : rawMessage.join("{}"),
    ...(traceId === undefined ? {} : { traceId }),
    ...(redact(properties) as LogFields),
  });
}

/** `console.log` writes at once even to a slow pipe, and outlives a reader that went away. */
function writeToStdout(line: string): void {
  console.log(line);
}
