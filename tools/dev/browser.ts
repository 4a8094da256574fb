import { existsSync } from "node:fs";

/** Browser tests stand in a `describe` whose name begins like this, so that a run can tell them apart. */
export const IN_A_BROWSER = "in a browser";

/** What to do where no browser is found. */
export const BROWSER_ADVICE =
  "Install Chromium (Debian: apt install chromium; macOS: brew install --cask chromium), " +
  "or name a Chromium or Chrome in CHROMIUM_BIN.";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const USUAL_PLACES = [
  ...["/usr/bin", "/usr/local/bin", "/snap/bin"].flatMap((folder) =>
    NAMES.map((name) => `${folder}/${name}`),
  ),
  "/opt/google/chrome/chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  which(name: string): string | null;
  exists(path: string): boolean;
}

const thisMachine: Machine = { environment: process.env, which: Bun.which, exists: existsSync };

/**
 * The path of a Chromium or Chrome on this machine; undefined where there is none. `CHROMIUM_BIN`
 * comes first, and naming a file there that does not exist is an error.
 */
export function findBrowser({ environment, which, exists }: Machine = thisMachine) {
  const named = environment.CHROMIUM_BIN;
  if (named && !exists(named)) throw new Error(`CHROMIUM_BIN is ${named}, which does not exist`);
  if (named) return named;
  const onPath = NAMES.map(which).find((path) => path !== null);
  return onPath ?? USUAL_PLACES.find(exists);
}

/** What a test run says about the tests that it skipped for want of a browser, if there were any. */
export function browserNote(skippedNames: readonly string[]): string | undefined {
  const count = skippedNames.filter((name) => name.startsWith(IN_A_BROWSER)).length;
  if (count === 0) return undefined;
  return `${count} of them need a browser, and there is none here. ${BROWSER_ADVICE}`;
}
