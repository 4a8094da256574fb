import { expect, test } from "bun:test";
import { z } from "zod";
import { readConfig } from "./config.ts";
import { tracingSettings } from "./tracing-settings.ts";

const read = (env: Readonly<Record<string, string>>) => readConfig(z.object(tracingSettings), env);

test("nothing is traced, and all of it would be, unless the settings say otherwise", () => {
  expect(read({})).toEqual({ OTEL_EXPORTER_OTLP_TIMEOUT: 4_000, OTEL_TRACES_SAMPLER_ARG: 1 });
  expect(
    read({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
      OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%20b, x=1=2",
      OTEL_EXPORTER_OTLP_TIMEOUT: "10000",
      OTEL_TRACES_SAMPLER_ARG: "0.05",
    }),
  ).toEqual({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
    OTEL_EXPORTER_OTLP_HEADERS: { "api-key": "a b", x: "1=2" },
    OTEL_EXPORTER_OTLP_TIMEOUT: 10_000,
    OTEL_TRACES_SAMPLER_ARG: 0.05,
  });
});

test.each([
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "127.0.0.1:4318"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "api-key"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "a=1,=2"],
  ["OTEL_EXPORTER_OTLP_HEADERS", "a=%zz"],
  ["OTEL_EXPORTER_OTLP_TIMEOUT", "10s"],
  ["OTEL_EXPORTER_OTLP_TIMEOUT", "0"],
  ["OTEL_EXPORTER_OTLP_TIMEOUT", "600001"],
  ["OTEL_TRACES_SAMPLER_ARG", "1.5"],
  ["OTEL_TRACES_SAMPLER_ARG", "-1"],
  ["OTEL_TRACES_SAMPLER_ARG", "half"],
])("%s is not %s", (name, value) => {
  expect(() => read({ [name]: value })).toThrow(name);
});
