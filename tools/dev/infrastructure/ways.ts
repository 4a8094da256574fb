/** Bytes so far of something that takes longer than a blink. */
export interface Progress {
  readonly what: string;
  readonly doneBytes: number;
  readonly totalBytes?: number;
}

/** Where a search or a start tells what it does. */
export interface Reporter {
  log(line: string): void;
  onProgress(progress: Progress): void;
}

/** One way to come by something. */
export interface Way<Found> {
  readonly name: string;
  /** Finds it, or throws an error whose message says in one line why not. */
  find(report: Reporter): Promise<Found>;
}

/** This way is not open here (a variable is unset, another system): nothing worth a line yet. */
export class NotOffered extends Error {
  override readonly name = "NotOffered";
}

/** Every way failed; the message names them all and what to do. */
export class NothingWorked extends AggregateError {
  override readonly name = "NothingWorked";
}

/** What the first way that works finds. A way that was tried and failed says why in one line. */
export async function firstThatWorks<Found>(
  wanted: { readonly name: string; readonly advice: string },
  ways: readonly Way<Found>[],
  report: Reporter,
): Promise<Found> {
  const failures: { way: string; error: unknown; line: string }[] = [];
  for (const way of ways) {
    try {
      return await way.find(report);
    } catch (error) {
      const line = oneLine(error);
      if (!(error instanceof NotOffered)) report.log(`${wanted.name}: ${way.name}: ${line}`);
      failures.push({ way: way.name, error, line });
    }
  }
  const tried = failures.map(({ way, line }) => `  - ${way}: ${line}`).join("\n");
  throw new NothingWorked(
    failures.map(({ error }) => error),
    `no ${wanted.name} could be found or fetched. Tried:\n${tried}\n${wanted.advice}`,
  );
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replaceAll(/\s*\n\s*/g, "; ");
}
