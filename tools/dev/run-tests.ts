import { onStarterGone } from "./starters.ts";
import { joinTestInfrastructure } from "./test-infrastructure.ts";
import { closingLine, type TestSummary, testSummary } from "./test-summary.ts";

/**
 * `bun run test [arguments of bun test]`: one set of servers for the whole run, and a last line
 * that says how it went. The exit code is that of `bun test`.
 */

// For a test that hangs: those that wait have deadlines of their own, which say what did not happen.
const TEST_LIMIT_MS = 120_000;
const DRAIN_DEADLINE_MS = 1_000;

if (import.meta.main) process.exit(await runTests(process.argv.slice(2)));

async function runTests(args: readonly string[]): Promise<number> {
  const { DATABASE_URL, NATS_URL } = process.env;
  const servers = DATABASE_URL && NATS_URL ? undefined : await joinTestInfrastructure();
  const child = Bun.spawn([process.execPath, "test", "--timeout", String(TEST_LIMIT_MS), ...args], {
    env: {
      ...process.env,
      QUICKBITE_TEST_DATABASE_URL: DATABASE_URL || servers?.databaseUrl,
      QUICKBITE_TEST_NATS_URL: NATS_URL || servers?.natsUrl,
      ...(process.stderr.isTTY && !process.env.NO_COLOR && { FORCE_COLOR: "1" }),
    },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "pipe",
  });
  // A terminal sends Ctrl-C to both; the servers are stopped after the tests.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  using _starters = onStarterGone(() => child.kill("SIGTERM"));

  const summary = testSummary();
  const shown = passThrough(child.stderr, summary.line);
  const code = await child.exited;
  // A program that a test left running may keep the pipe open for ever.
  await Promise.race([shown, Bun.sleep(DRAIN_DEADLINE_MS)]);
  await servers?.leave();

  const result = summary.read(code);
  report(result);
  return code === 0 && result.failed > 0 ? 1 : code;
}

function report(result: TestSummary): void {
  if (result.skipped > 0) {
    console.log("\nskipped:");
    for (const name of result.skippedNames) console.log(`  ${name}`);
  }
  console.log(closingLine(result));
}

/** Shows the output as it comes, and hands on each whole line of it. */
async function passThrough(
  output: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of output) {
    process.stderr.write(chunk);
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  onLine(rest);
}
