import { addResult, type CampaignResult, emptyResult, type Violation } from "./campaign.ts";
import { Coverage, type CoverageGroup } from "./coverage.ts";
import type { SimulationOptions } from "./options.ts";

/** What a program of its own writes, a line each second and one at its end. */
export interface WorkLine {
  readonly histories: number;
  readonly simulatedMs: number;
  readonly violations: readonly Violation[];
  readonly coverage: readonly (readonly [CoverageGroup, string, number])[];
}

export const workLineOf = (result: CampaignResult): WorkLine => ({
  ...result,
  coverage: result.coverage.toJSON(),
});

/** Splits random histories over programs of their own, each with every n-th seed. */
export async function runShared(
  options: SimulationOptions,
  progress: (histories: number) => void,
): Promise<CampaignResult> {
  const { processes } = options;
  const done = new Map<number, WorkLine>();
  const children = Array.from({ length: processes }, (_, index) =>
    Bun.spawn([process.execPath, ...preloads(), `${import.meta.dirname}/worker.ts`], {
      env: { ...process.env, SIMULATION_SHARE: JSON.stringify({ ...options, index }) },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    }),
  );
  await Promise.all(
    children.map(async (child, index) => {
      for await (const line of linesOf(child.stdout)) {
        const work: WorkLine = JSON.parse(line);
        done.set(index, work);
        progress([...done.values()].reduce((sum, { histories }) => sum + histories, 0));
        if (work.violations.length > 0 && !options.keepGoing)
          for (const other of children) if (other !== child) other.kill();
      }
      const code = await child.exited;
      if (code !== 0 && child.signalCode === null)
        throw new Error(`a program of the simulation ended with ${code}`);
    }),
  );

  const all = emptyResult();
  for (const { coverage, violations, ...counts } of done.values()) {
    const part = { ...counts, violations: [...violations], coverage: new Coverage() };
    part.coverage.merge(coverage);
    addResult(all, part);
  }
  return all;
}

/** What was loaded before this program is loaded before its helpers as well. */
const preloads = (): readonly string[] =>
  process.execArgv.flatMap((arg, index, all) => {
    if (arg.startsWith("--preload=")) return [arg];
    return arg === "--preload" ? [arg, all[index + 1] ?? ""] : [];
  });

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
