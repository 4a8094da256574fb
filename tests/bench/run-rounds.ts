import type { Contender, Counts, Figures } from "./job.ts";
import type { ProcessorUse } from "./processor-time.ts";

/** What one contender did in one round. */
export interface RoundRecord {
  readonly round: number;
  readonly contender: string;
  readonly figures: Figures;
  readonly counts: Counts;
  readonly done: number;
  /** Undefined where the system does not tell. */
  readonly use: ProcessorUse | undefined;
  readonly fsyncsPerSecond: number;
}

export interface Rounds {
  /** All that were measured, in order; those of dropped rounds too. */
  readonly records: readonly RoundRecord[];
  /** Rounds in which others took too much of the machine, with how much. */
  readonly dropped: readonly DroppedRound[];
}

export interface DroppedRound {
  readonly round: number;
  readonly contender: string;
  readonly foreign: number;
}

export interface RoundSettings {
  /** Rounds that must count; as many again are tried where some are dropped. */
  readonly rounds: number;
  /** The share of all processors beyond which a round is dropped; infinite to drop none. */
  readonly foreignMax: number;
  /** Runs the work and tells what the processors did meanwhile. */
  readonly watched: <T>(work: () => Promise<T>) => Promise<readonly [T, ProcessorUse | undefined]>;
  readonly fsyncsPerSecond: () => number;
  readonly onRecord?: (record: RoundRecord, kept: number) => void;
  /** Aborted, no further contender begins. */
  readonly signal?: AbortSignal;
}

/** A round in which the same work was counted differently in different places: it proves a fault. */
export class VoidRound extends Error {
  override readonly name = "VoidRound";
}

/**
 * Lets the contenders do their work in turn, A B A B, so that whatever the machine does meanwhile
 * befalls all of them alike. A round counts whole or not at all. Rejects with `VoidRound` as soon as
 * the counts of one contender differ.
 */
export async function runRounds(
  contenders: readonly Contender[],
  settings: RoundSettings,
): Promise<Rounds> {
  const records: RoundRecord[] = [];
  const dropped: DroppedRound[] = [];
  const { rounds, foreignMax, signal } = settings;
  for (let round = 1; round - dropped.length <= rounds && round <= 2 * rounds; round += 1) {
    let worst: RoundRecord | undefined;
    const counting = round - dropped.length;
    for (const contender of contenders) {
      signal?.throwIfAborted();
      if (counting > (contender.roundsMax ?? counting)) continue;
      const record = await runOne(contender, round, settings);
      records.push(record);
      if (foreignIn(record) > foreignIn(worst)) worst = record;
      settings.onRecord?.(record, counting);
    }
    if (worst && foreignIn(worst) > foreignMax)
      dropped.push({ round, contender: worst.contender, foreign: foreignIn(worst) });
  }
  return { records, dropped };
}

async function runOne(
  contender: Contender,
  round: number,
  { watched, fsyncsPerSecond }: RoundSettings,
): Promise<RoundRecord> {
  const { name } = contender;
  await contender.prepare?.();
  const fsyncs = fsyncsPerSecond();
  const [{ figures, done, counts }, use] = await watched(() => contender.run());
  const counted = await counts();
  if (new Set(Object.values(counted)).size > 1) {
    const texts = Object.entries(counted).map(([what, count]) => `${count} ${what}`);
    throw new VoidRound(`round ${round} of ${name} is void: ${texts.join(", ")}`);
  }
  return { round, contender: name, figures, counts: counted, done, use, fsyncsPerSecond: fsyncs };
}

function foreignIn(record: RoundRecord | undefined): number {
  return record?.use?.foreign ?? 0;
}
