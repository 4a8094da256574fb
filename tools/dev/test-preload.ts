import { afterAll } from "bun:test";
import { endTests } from "./end-of-tests.ts";

/**
 * Runs before every `bun test`. The servers themselves are started by the first test that asks for
 * them, so that tests of pure functions wait for nothing.
 */

// Servers that the engineer names are used by the tests, but only through the testing module: code
// under test must never find its way to a real database by itself.
publish("QUICKBITE_TEST_DATABASE_URL", "DATABASE_URL");
publish("QUICKBITE_TEST_NATS_URL", "NATS_URL");

// Here it runs once, after the last file.
afterAll(endTests);

function publish(name: string, given: string): void {
  process.env[name] ||= process.env[given] || "";
  if (!process.env[name]) delete process.env[name];
  delete process.env[given];
}
