/** How a run of `bun test` went. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  /** Their names as far as the reporter tells them. */
  readonly failedNames: readonly string[];
  readonly skipped: number;
  readonly skippedNames: readonly string[];
  readonly todo: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with the escape character.
const COLOUR = /\x1b\[[0-9;]*m/g;
const SKIPPED = /^(?:\(skip\)|»)\s+(.+)$/;
const FAILED = /^(?:\(fail\)|✗)\s+(.+?)(?: \[[\d.]+m?s\])?$/;
const COUNT = /^ +(\d+) (pass|fail|skip|todo|error)s?$/;

/** Reads the lines that `bun test` writes to stderr; its closing counts come last and hold. */
export function testSummary(): {
  line(text: string): void;
  read(exitCode: number): TestSummary;
} {
  const counts = new Map<string, number>();
  // Long runs name them once more at the end.
  const skippedNames = new Set<string>();
  const failedNames = new Set<string>();
  const count = (kind: string) => counts.get(kind) ?? 0;
  return {
    line(text) {
      const plain = text.replace(COLOUR, "").trimEnd();
      const [, skipped] = SKIPPED.exec(plain.trimStart()) ?? [];
      if (skipped) skippedNames.add(skipped);
      const [, failed] = FAILED.exec(plain.trimStart()) ?? [];
      if (failed) failedNames.add(failed);
      const [, amount, kind] = COUNT.exec(plain) ?? [];
      if (kind) counts.set(kind, Number(amount));
    },
    read: (exitCode) => ({
      passed: count("pass"),
      // A file that cannot be loaded is an error, and a crash of the runner leaves no count at all.
      failed: Math.max(count("fail"), count("error"), exitCode === 0 ? 0 : 1),
      failedNames: [...failedNames],
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
    failedNames: parts.flatMap(({ failedNames }) => failedNames),
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
