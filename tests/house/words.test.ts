import { describe, expect, test } from "bun:test";
import { bytesOf, isTest, repositoryFiles, sourceFiles, textOf } from "./repository.ts";

const sourceLinesMax = 350;
const testLinesMax = 500;
const binaryBytesMax = 1024 * 1024;

/** Files that are written by others or by a program, in words of their own. */
const foreign = /^(?:proto\/(?:gen|vendor)\/|bun\.lock$)/;

/** What the repository never says. It speaks of the product, to anyone, on any machine. */
const unsaid: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "a path of somebody's machine",
    pattern: /(?<![\w.$}])\/(?:work|root|home|Users)\/[\w.]/,
  },
  {
    what: "work left for later",
    pattern: new RegExp(`\\b(?:${["TO" + "DO", "FIX" + "ME", "XX" + "X"].join("|")})\\b`),
  },
  {
    what: "a private address",
    pattern: /\b(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+\b/,
  },
  {
    what: "a host of a package mirror",
    pattern:
      /\b(?:registry|mirror|artifactory|nexus|verdaccio)[\w-]*\.[\w.-]*\.(?:com|net|org|io|internal|local)\b(?<!\bregistry\.npmjs\.org)/i,
  },
  { what: "a secret key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bnpm_[A-Za-z0-9]{36}\b/ },
];

describe("the repository", () => {
  test("speaks of the product alone", () => {
    const said = repositoryFiles().flatMap((path) => {
      if (foreign.test(path) || isBinary(path)) return [];
      return textOf(path)
        .split("\n")
        .flatMap((line, index) => saidIn(line).map((what) => `${path}:${index + 1} says ${what}`));
    });

    expect(said).toEqual([]);
  });

  test.each([
    `cd ${"/wo" + "rk"}/main`,
    `"${"/ro" + "ot"}/.cache"`,
    `// ${"TO" + "DO"}: later`,
    "http://10.1." + "2.3/",
    "https://registry." + "corp.example.com/",
    "-----BEGIN " + "PRIVATE KEY-----",
  ])("would be caught saying %s", (line) => {
    expect(saidIn(line)).toHaveLength(1);
  });

  test.each(["./work/main", "services/root/a.ts", "https://registry.npmjs.org/", "127.0.0.1:5432"])(
    "may say %s",
    (line) => {
      expect(saidIn(line)).toEqual([]);
    },
  );

  test(`keeps files within ${sourceLinesMax} lines, tests within ${testLinesMax}`, () => {
    const long = sourceFiles().filter(
      (path) =>
        textOf(path).trimEnd().split("\n").length > (isTest(path) ? testLinesMax : sourceLinesMax),
    );

    expect(long).toEqual([]);
  });

  test("holds no large binaries", () => {
    const large = repositoryFiles().filter(
      (path) => bytesOf(path) > binaryBytesMax && isBinary(path),
    );

    expect(large).toEqual([]);
  });
});

function saidIn(line: string): readonly string[] {
  return unsaid.flatMap(({ what, pattern }) => (pattern.test(line) ? [what] : []));
}

/** As git tells them: a NUL byte early in the file. */
function isBinary(path: string): boolean {
  return textOf(path).slice(0, 8000).includes("\0");
}
