import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { browserNote } from "./browser.ts";
import { portsEnvironment } from "./infrastructure/ports.ts";
import { onStarterGone } from "./starters.ts";
import { compileForTests } from "./test-executables.ts";
import { joinTestInfrastructure } from "./test-infrastructure.ts";
import { testParts } from "./test-parts.ts";
import { closingLine, type TestSummary, testSummary, together } from "./test-summary.ts";

/**
 * `bun run test [arguments of bun test]`: one set of servers for the whole run, and a last line
 * that says how it went. Without arguments all tests run in parts, one more of them side by side than there
 * are cores, because whole systems wait for something now and then: whichever is done takes the next
 * part. The exit code is that of the first part that failed.
 */

// For a test that hangs: those that wait have deadlines of their own, which say what did not happen.
const TEST_LIMIT_MS = 120_000;
const DRAIN_DEADLINE_MS = 1_000;
/** What a shell tells of a program that Ctrl-C ended. */
const STOPPED = 130;
/** Each has services, databases and browsers of its own: more only take the machine's memory. */
const SIDE_BY_SIDE_MAX = 4;
/** More than a few have one cause, and the rest is above. */
const SHOWN_AGAIN_MAX = 5;
const ROOT = resolve(import.meta.dir, "../..");

if (import.meta.main) process.exit(await runTests(process.argv.slice(2)));

async function runTests(args: readonly string[]): Promise<number> {
  const { DATABASE_URL, NATS_URL } = process.env;
  const all = args.length === 0;
  const [servers, executables] = await Promise.all([
    DATABASE_URL && NATS_URL ? undefined : joinTestInfrastructure(),
    all ? compileForTests() : undefined,
  ]);
  const environment = {
    ...process.env,
    QUICKBITE_TEST_DATABASE_URL: DATABASE_URL || servers?.databaseUrl,
    QUICKBITE_TEST_NATS_URL: NATS_URL || servers?.natsUrl,
    ...(executables && { QUICKBITE_TEST_EXECUTABLES: executables.folder }),
    ...(process.stderr.isTTY && !process.env.NO_COLOR && { FORCE_COLOR: "1" }),
  };
  const parts = all ? testParts(ROOT) : [args];
  const slots = Math.min(availableParallelism() + 1, SIDE_BY_SIDE_MAX, parts.length);
  const live = new Set<RunningTests>();
  let stopped = false;
  const stop = () => {
    stopped = true;
    for (const { child } of live) child.kill("SIGTERM");
  };
  // A terminal sends Ctrl-C to all of them; the servers are stopped after the tests.
  process.on("SIGINT", () => {
    stopped = true;
  });
  process.on("SIGTERM", stop);
  using _starters = onStarterGone(stop);

  const started = parts.map(() => Promise.withResolvers<RunningTests | undefined>());
  let next = 0;
  const work = async (slot: number) => {
    for (let index = next++; index < parts.length; index = next++) {
      const part = parts[index] ?? [];
      if (stopped) {
        started[index]?.resolve(undefined);
        continue;
      }
      const running = startTests(part, {
        environment: { ...environment, ...portsEnvironment(slot, slots) },
        cwd: all ? ROOT : process.cwd(),
      });
      live.add(running);
      started[index]?.resolve(running);
      await running.end;
      live.delete(running);
    }
  };
  const working = Promise.all(Array.from({ length: slots }, (_, slot) => work(slot)));

  const ended: { code: number; summary: TestSummary }[] = [];
  // One part is shown as it comes and the others when it has ended: mixed, nobody could read them.
  for (const { promise } of started) {
    const running = await promise;
    running?.show();
    if (running) ended.push(await running.end);
  }
  await working;
  executables?.[Symbol.dispose]();
  await servers?.leave();

  const result = together(ended.map(({ summary }) => summary));
  report(result);
  const code = ended.find((one) => one.code !== 0)?.code ?? (stopped ? STOPPED : 0);
  return code === 0 && result.failed > 0 ? 1 : code;
}

interface RunningTests {
  readonly child: Bun.Subprocess;
  readonly end: Promise<{ readonly code: number; readonly summary: TestSummary }>;
  /** Writes what was kept so far, and from now on what comes. */
  show(): void;
}

function startTests(
  args: readonly string[],
  { environment, cwd }: { environment: Record<string, string | undefined>; cwd: string },
): RunningTests {
  const child = Bun.spawn([process.execPath, "test", "--timeout", String(TEST_LIMIT_MS), ...args], {
    env: environment,
    cwd,
    stdin: "inherit",
    stdout: "pipe",
    stderr: "pipe",
  });
  const summary = testSummary();
  const kept: (() => void)[] = [];
  let shown = false;
  const showing = (target: NodeJS.WriteStream) => (chunk: Uint8Array) => {
    if (shown) target.write(chunk);
    else kept.push(() => target.write(chunk));
  };
  const read = Promise.all([
    readLines(child.stdout, { chunk: showing(process.stdout) }),
    readLines(child.stderr, { chunk: showing(process.stderr), line: summary.line }),
  ]);
  const end = async () => {
    const code = await child.exited;
    // A program that a test left running may keep the pipes open for ever.
    await Promise.race([read, Bun.sleep(DRAIN_DEADLINE_MS)]);
    return { code, summary: summary.read(code) };
  };
  return {
    child,
    end: end(),
    show() {
      shown = true;
      for (const write of kept.splice(0)) write();
    },
  };
}

function report(result: TestSummary): void {
  const { failures } = result;
  // Long before, between the lines of thousands that passed: here it is seen, also where only an end is kept.
  for (const { name, said } of failures.slice(0, SHOWN_AGAIN_MAX))
    console.log(`\n== ${name}\n${said.join("\n")}`);
  if (failures.length > 0) {
    console.log("\nfailed:");
    for (const { name } of failures) console.log(`  ${name}`);
  }
  if (result.skipped > 0) {
    console.log("\nskipped:");
    for (const name of result.skippedNames) console.log(`  ${name}`);
    const note = browserNote(result.skippedNames);
    if (note) console.log(note);
  }
  console.log(closingLine(result));
}

/** Hands on the output as it comes, and each whole line of it. */
async function readLines(
  output: ReadableStream<Uint8Array>,
  to: { chunk(bytes: Uint8Array): void; line?(text: string): void },
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of output) {
    to.chunk(chunk);
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) to.line?.(line);
  }
  to.line?.(rest);
}
