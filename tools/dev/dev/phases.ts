import type { Progress, Reporter } from "../infrastructure/ways.ts";
import type { Colours } from "./colours.ts";
import type { Terminal } from "./terminal.ts";

/** The steps of a start, each told with its time when it is done. */
export interface Phases {
  /** Runs a step; what it returns as `told` stands behind its name. */
  run<Result extends { readonly told: string }>(
    name: string,
    work: () => Promise<Result>,
  ): Promise<Result>;
  /** A line below the step that runs. */
  note(line: string): void;
  readonly report: Reporter;
}

/** A step longer than this says that it runs. */
const PATIENCE_MS = 1_000;
const PROGRESS_EVERY_MS = 2_000;
const NAME_WIDTH = 14;

export function phases(terminal: Terminal, colours: Colours): Phases {
  const note = (line: string) => terminal.print(`    ${line}`);
  let lastProgress = performance.now();
  const onProgress = (progress: Progress) => {
    terminal.pin(`  … ${progressText(progress)}`);
    if (terminal.isInteractive || performance.now() - lastProgress < PROGRESS_EVERY_MS) return;
    lastProgress = performance.now();
    note(progressText(progress));
  };
  return {
    note,
    report: { log: note, onProgress },
    async run(name, work) {
      const startedAt = performance.now();
      const slow = setTimeout(() => {
        terminal.pin(`  … ${name}`);
        if (!terminal.isInteractive) terminal.print(`  … ${name}`);
      }, PATIENCE_MS);
      try {
        const result = await work();
        const ms = `${Math.round(performance.now() - startedAt)} ms`.padStart(8);
        const [told, ...more] = result.told.split("\n");
        const head = `  ${colours.green("✓")} ${name.padEnd(NAME_WIDTH)}${colours.dim(ms)}  ${told}`;
        terminal.print([head, ...more.map((line) => `      ${line}`)].join("\n"));
        return result;
      } finally {
        clearTimeout(slow);
        terminal.pin("");
      }
    },
  };
}

function progressText({ what, doneBytes, totalBytes }: Progress): string {
  const megabytes = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);
  const total = totalBytes === undefined ? "" : ` of ${megabytes(totalBytes)}`;
  return `${what}: ${megabytes(doneBytes)}${total} MB`;
}
