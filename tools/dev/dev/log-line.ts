import type { Colours } from "./colours.ts";
import type { Level } from "./log-level.ts";

/** A line of a service's log, made for people. */
export interface ShownLine {
  readonly level: Level;
  readonly text: string;
}

const TRACE_LENGTH = 8;
const OWN_FRAMES_MAX = 4;

/** Formats one JSON line; anything else (a crash, a print) is shown as it is. */
export function showLine(line: string, colours: Colours): ShownLine {
  const record = parse(line);
  if (!record) return { level: "warning", text: line };
  // Whose line it is stands before it; the request's whole id is in the log file.
  const { time, level, service: _, requestId: __, message, traceId, err, ...fields } = record;
  const known = levelOf(level);
  const text = [
    colours.dim(clockTime(time)),
    labelOf(known, colours),
    String(message ?? ""),
    ...Object.entries(fields).map(([name, value]) => colours.dim(`${name}=${compact(value)}`)),
    ...(typeof traceId === "string" ? [colours.dim(`#${traceId.slice(0, TRACE_LENGTH)}`)] : []),
  ];
  return { level: known, text: [text.join(" "), ...errorLines(err, colours)].join("\n") };
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // It only began like one.
  }
}

function levelOf(level: unknown): Level {
  if (level === "debug" || level === "info" || level === "warning") return level;
  return level === "trace" ? "debug" : "error";
}

function labelOf(level: Level, colours: Colours): string {
  if (level === "error") return colours.red("error");
  return level === "warning" ? colours.yellow("warn ") : colours.dim(level.padEnd(5));
}

/** The local time of day, to the millisecond. */
function clockTime(time: unknown): string {
  const at = new Date(String(time));
  if (Number.isNaN(at.getTime())) return "            ";
  return `${at.toLocaleTimeString("en-GB")}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

function compact(value: unknown): string {
  if (typeof value === "string") return /[\s"=]/.test(value) ? JSON.stringify(value) : value;
  return JSON.stringify(value);
}

/** The error, its stack and its causes, each in lines of its own. */
function errorLines(err: unknown, colours: Colours): string[] {
  if (typeof err !== "object" || err === null) {
    return err === undefined ? [] : [`  ${compact(err)}`];
  }
  const { name, message, code, stack, cause } = err as Record<string, unknown>;
  const head = `${name ?? "Error"}${code === undefined ? "" : ` ${code}`}: ${message}`;
  const frames = String(stack ?? "")
    .split("\n")
    // Ours alone: the whole stack is in the log file.
    .filter((line) => /^\s+at .*\//.test(line) && !/node_modules|[( ]node:/.test(line))
    .slice(0, OWN_FRAMES_MAX)
    .map((line) => colours.dim(`    ${line.trim()}`));
  const because = cause === undefined ? [] : errorLines(cause, colours);
  return [...`${head}`.split("\n").map((line) => `  ${line}`), ...frames, ...because];
}
