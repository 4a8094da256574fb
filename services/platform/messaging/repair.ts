import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-point.ts";
import type { Database } from "../postgres.ts";
import { discardLetter, type LetterAct, type ResolvedLetter } from "./discard.ts";
import { editLetter, type LetterChange, type LetterEdited } from "./edit-letter.ts";
import type { LetterSelection } from "./letter-selection.ts";
import { dryRun } from "./ops-dry-run.ts";
import type { DryRunView } from "./ops-repair-views.ts";
import type { PayloadEditor } from "./payload-editor.ts";
import type { RedriveOptions } from "./redrive.ts";
import type { RedriveRun, RedriveRunStore, RunOrder } from "./redrive-runs.ts";
import { restoreLetter } from "./restore.ts";

/** What a person can do about the dead letters of one consumer, besides redriving one. */
export interface Repair {
  edit(change: LetterChange): Promise<LetterEdited>;
  discard(act: LetterAct): Promise<ResolvedLetter>;
  restore(act: LetterAct): Promise<ResolvedLetter>;
  /** Says what a run of this selection would come to now. */
  dryRun(selection: LetterSelection): Promise<DryRunView>;
  /** Makes a run, which the leader begins to work on within a second. */
  startRun(order: RunOrder): Promise<RedriveRun>;
}

export interface RepairOptions<S> extends RedriveOptions<S> {
  readonly db: Database;
  readonly editor: PayloadEditor;
  readonly runs: RedriveRunStore;
  readonly clock: Clock;
}

export function repairOf<S>(options: RepairOptions<S>): Repair {
  const { editor, runs, store } = options;
  return {
    edit: (change) => editLetter(options, editor, change),
    discard: (act) => discardLetter(options, act),
    restore: (act) => restoreLetter(options, act),
    dryRun: (selection) => dryRun({ ...options, consumer: store.consumer }, selection),
    async startRun(order) {
      const run = await runs.create(order);
      crashPoint("redrive-run.after-create");
      return run;
    },
  };
}
