import type { BrowserContext } from "playwright-core";

/** What went wrong in a browser, as far as it tells. */
export interface Troubles {
  /** Declares trouble that a test makes on purpose, by a pattern for its line. */
  expectTrouble(pattern: RegExp): void;
  /** Throws when there was trouble that nobody declared; else all is forgotten, what was declared too. */
  refuse(): void;
  /** Everything that the console and the network said since, in order. */
  log(): readonly string[];
}

const LINES_MAX = 2_000;
const FAILED_STATUS = 400;
/** What a page gives up itself when it goes away or looks elsewhere. */
const GIVEN_UP = "net::ERR_ABORTED";
/** The console repeats each failed request, without its address. */
const REPEATED = /^Failed to load resource/;

/** Listens to all pages of a context. A line begins with its sort: `console error`, `script error`, `failed`, or the method and path of a refused request. */
export function watchTroubles(context: BrowserContext): Troubles {
  const lines: string[] = [];
  const troubles: string[] = [];
  const expected: RegExp[] = [];
  const note = (line: string, isTrouble: boolean) => {
    if (lines.length < LINES_MAX) lines.push(line);
    if (isTrouble && troubles.length < LINES_MAX) troubles.push(line);
  };

  context.on("console", (message) => {
    const isTrouble = ["error", "warning"].includes(message.type());
    const line = `console ${message.type()}: ${message.text()} (${message.location().url})`;
    note(line, isTrouble && !REPEATED.test(message.text()));
  });
  context.on("weberror", (error) => note(`script error: ${error.error().stack}`, true));
  context.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "unknown";
    note(`failed: ${request.method()} ${pathOf(request.url())} ${reason}`, reason !== GIVEN_UP);
  });
  context.on("response", (response) => {
    const line = `${response.request().method()} ${pathOf(response.url())} ${response.status()}`;
    note(line, response.status() >= FAILED_STATUS);
  });

  return {
    expectTrouble: (pattern) => {
      expected.push(pattern);
    },
    refuse() {
      const unexpected = troubles.filter((line) => !expected.some((one) => one.test(line)));
      if (unexpected.length > 0)
        throw new Error(`the browser was in trouble:\n  ${unexpected.join("\n  ")}`);
      for (const list of [lines, troubles, expected]) list.length = 0;
    },
    log: () => lines,
  };
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}
