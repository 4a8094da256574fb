import { expect, test } from "bun:test";
import { isTest, sourceFiles, textOf } from "./repository.ts";

const shipped = sourceFiles().filter(
  (path) => path.startsWith("services/") && !isTest(path) && !path.includes("/testing/"),
);
const importing = (pattern: RegExp) => shipped.filter((path) => pattern.test(textOf(path)));

test("one file knows the SDK of OpenTelemetry, and it is loaded only where traces are wanted", () => {
  expect(importing(/from "@opentelemetry\/(?!api")/)).toEqual(["services/platform/tracing-sdk.ts"]);
  expect(importing(/tracing-sdk\.ts"/)).toEqual(["services/platform/tracing.ts"]);
  expect(textOf("services/platform/tracing.ts")).toContain('await import("./tracing-sdk.ts")');
});
