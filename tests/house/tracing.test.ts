import { expect, test } from "bun:test";
import { tracingSettings } from "@app/platform/tracing-settings.ts";
import { isTest, sourceFiles, textOf } from "./repository.ts";

/** Each names every program's settings once, or by parts that all programs have. */
const waysToDeploy = [
  "compose.yaml",
  "deploy/swarm/stack.yaml",
  "deploy/kubernetes/base/patches/pod.yaml",
  "deploy/systemd/env/common.env",
];

const shipped = sourceFiles().filter(
  (path) => path.startsWith("services/") && !isTest(path) && !path.includes("/testing/"),
);
const importing = (pattern: RegExp) => shipped.filter((path) => pattern.test(textOf(path)));

test("one file knows the SDK of OpenTelemetry, and it is loaded only where traces are wanted", () => {
  expect(importing(/from "@opentelemetry\/(?!api")/)).toEqual(["services/platform/tracing-sdk.ts"]);
  expect(importing(/tracing-sdk\.ts"/)).toEqual(["services/platform/tracing.ts"]);
  expect(textOf("services/platform/tracing.ts")).toContain('await import("./tracing-sdk.ts")');
});

test.each(waysToDeploy)("%s lets an operator set all that traces can be told by", (path) => {
  const text = textOf(path);
  const times = (name: string) => text.match(new RegExp(`\\b${name}(?:: |=|$)`, "gm"))?.length ?? 0;

  expect(times("OTEL_EXPORTER_OTLP_ENDPOINT")).toBeGreaterThan(0);
  for (const name of Object.keys(tracingSettings))
    expect([name, times(name)]).toEqual([name, times("OTEL_EXPORTER_OTLP_ENDPOINT")]);
});
