import { describe, setDefaultTimeout } from "bun:test";
import { findBrowser, IN_A_BROWSER } from "@app/dev/browser.ts";
import { patience } from "./patience.ts";

// Bun's own five seconds are no measure for pages; every wait in them has a deadline of its own.
const TEST_LIMIT_MS = 120_000;

/** Tests that need a browser; skipped where there is none, which the test run then says. */
export function describeInBrowser(name: string, tests: () => void): void {
  setDefaultTimeout(TEST_LIMIT_MS * patience);
  describe.skipIf(!findBrowser())(`${IN_A_BROWSER}: ${name}`, tests);
}
