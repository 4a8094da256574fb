import { z } from "zod";
import { settingNotes } from "./config.ts";
import { httpUrl } from "./settings.ts";

const pair = /^[\w!#$%&'*+.^`|~-]+=[\x20-\x2b\x2d-\x7e]*$/;

/** A comma list of `name=value`, as OpenTelemetry writes headers; values may be percent-encoded. */
const headers = () =>
  z
    .string()
    .transform((list) => list.split(",").map((entry) => entry.trim()))
    .refine((list) => list.every(isHeader), "must be a comma list of name=value")
    .transform((list): Readonly<Record<string, string>> => Object.fromEntries(list.map(headerOf)))
    .register(settingNotes, { example: "api-key=secret" });

function isHeader(entry: string): boolean {
  if (!pair.test(entry)) return false;
  try {
    decodeURIComponent(entry);
    return true;
  } catch {
    return false; // Whoever asks says what is wrong with it.
  }
}

function headerOf(entry: string): [string, string] {
  const equals = entry.indexOf("=");
  return [entry.slice(0, equals), decodeURIComponent(entry.slice(equals + 1))];
}

const share = () =>
  z
    .string()
    .regex(/^(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)$/, "must be a number from 0 to 1")
    .transform(Number)
    .register(settingNotes, { example: "0.1" });

const exportMsMax = 600_000;

const exportTimeout = () =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}$/, `must be milliseconds from 1 to ${exportMsMax}`)
    .transform(Number)
    .refine((ms) => ms <= exportMsMax, `must be milliseconds from 1 to ${exportMsMax}`)
    .register(settingNotes, { example: "10000" });

/** What every service reads from its environment about traces. Names are those of OpenTelemetry. */
export const tracingSettings = {
  /** Where a collector takes OTLP over HTTP; without it nothing of tracing is loaded. */
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl().optional(),
  OTEL_EXPORTER_OTLP_HEADERS: headers().optional(),
  /** Milliseconds, as OpenTelemetry has it; a service that stops waits no longer for its last spans. */
  OTEL_EXPORTER_OTLP_TIMEOUT: exportTimeout().prefault("4000"),
  /** The share of traces that begin here and are told; others' decisions are kept. */
  OTEL_TRACES_SAMPLER_ARG: share().prefault("1"),
};

export type TracingSettings = z.output<z.ZodObject<typeof tracingSettings>>;
