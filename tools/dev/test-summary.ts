/** A test that failed. */
export interface TestFailure {
  readonly name: string;
  /** What was written since the test before it ended, the last of it. */
  readonly said: readonly string[];
}

/** How a run of `bun test` went. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  /** As far as the reporter tells them, each once. */
  readonly failures: readonly TestFailure[];
  readonly skipped: number;
  readonly skippedNames: readonly string[];
  readonly todo: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with the escape character.
const COLOUR = /\x1b\[[0-9;]*m/g;
const PASSED = /^(?:\(pass\)|✓)\s/;
const SKIPPED = /^(?:\(skip\)|»)\s+(.+)$/;
const FAILED = /^(?:\(fail\)|✗)\s+(.+?)(?: \[[\d.]+m?s\])?$/;
const FILE = /^(\S+\.test\.tsx?):$/;
const COUNT = /^ +(\d+) (pass|fail|skip|todo|error)s?$/;

/** An error with its source, its stack and what the test's services said of it. */
const SAID_LINES_MAX = 80;

/** Reads the lines that `bun test` writes to stderr; its closing counts come last and hold. */
export function testSummary(): {
  line(text: string): void;
  read(exitCode: number): TestSummary;
} {
  const counts = new Map<string, number>();
  // Long runs name them once more at the end.
  const skippedNames = new Set<string>();
  const failures = new Map<string, TestFailure>();
  let said: string[] = [];
  let file = "before its first file";
  const count = (kind: string) => counts.get(kind) ?? 0;
  return {
    line(text) {
      const plain = text.replace(COLOUR, "").trimEnd();
      const [, skipped] = SKIPPED.exec(plain.trimStart()) ?? [];
      const [, failed] = FAILED.exec(plain.trimStart()) ?? [];
      if (skipped) skippedNames.add(skipped);
      if (failed && !failures.has(failed)) failures.set(failed, { name: failed, said });
      if (skipped || failed || PASSED.test(plain.trimStart())) said = [];
      else said = [...said.slice(1 - SAID_LINES_MAX), plain];
      file = FILE.exec(plain)?.[1] ?? file;
      const [, amount, kind] = COUNT.exec(plain) ?? [];
      if (kind) counts.set(kind, Number(amount));
    },
    read: (exitCode) => ({
      passed: count("pass"),
      // A file that cannot be loaded is an error, and a crash of the runner leaves no count at all.
      failed: Math.max(count("fail"), count("error"), exitCode === 0 ? 0 : 1),
      failures:
        exitCode === 0 || counts.size > 0
          ? [...failures.values()]
          : [...failures.values(), { name: `the runner ended with ${exitCode} in ${file}`, said }],
      skipped: count("skip"),
      skippedNames: [...skippedNames],
      todo: count("todo"),
    }),
  };
}

/** One summary of several that ran side by side. */
export function together(parts: readonly TestSummary[]): TestSummary {
  const sum = (count: (part: TestSummary) => number) =>
    parts.reduce((total, part) => total + count(part), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    failures: parts.flatMap(({ failures }) => failures),
    skipped: sum(({ skipped }) => skipped),
    skippedNames: parts.flatMap(({ skippedNames }) => skippedNames),
    todo: sum(({ todo }) => todo),
  };
}

/** The line that closes a test run. */
export function closingLine({ passed, failed, skipped, todo }: TestSummary): string {
  const more = [skipped > 0 && `${skipped} skipped`, todo > 0 && `${todo} todo`].filter(Boolean);
  return [`${passed} passed`, `${failed} failed`, ...more].join(", ");
}
