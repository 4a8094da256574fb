import type { Clock } from "../clock.ts";
import { crashPoint } from "../crash-point.ts";
import type { Database } from "../postgres.ts";
import { discardLetter, type LetterAct, type ResolvedLetter } from "./discard.ts";
import { editLetter, type LetterChange, type LetterEdited } from "./edit-letter.ts";
import type { LetterSelection } from "./letter-selection.ts";
import { inTurn, type OneAtATime } from "./one-at-a-time.ts";
import { dryRun } from "./ops-dry-run.ts";
import type { DryRunView } from "./ops-repair-views.ts";
import type { PayloadEditor } from "./payload-editor.ts";
import { type RedriveOptions, type RedriveOutcome, redrive } from "./redrive.ts";
import type { RedriveRun, RedriveRunStore, RunOrder } from "./redrive-runs.ts";
import { restoreLetter } from "./restore.ts";

/** What a person can do about the dead letters of one consumer. */
export interface Repair {
  /** Runs it again, in place. */
  redrive(id: number, actor: string): Promise<RedriveOutcome>;
  edit(change: LetterChange): Promise<LetterEdited>;
  discard(act: LetterAct): Promise<ResolvedLetter>;
  restore(act: LetterAct): Promise<ResolvedLetter>;
  /** Says what a run of this selection would come to now. */
  dryRun(selection: LetterSelection): Promise<DryRunView>;
  /** Makes a run. The leader begins with it at once, or within two seconds when no hint reaches it. */
  startRun(order: RunOrder): Promise<RedriveRun>;
}

export interface RepairOptions<S> extends RedriveOptions<S> {
  readonly db: Database;
  readonly editor: PayloadEditor;
  readonly runs: RedriveRunStore;
  /** Shared with what else runs under a mark in this process: what runs a handler takes its turn. */
  readonly suspects: OneAtATime;
  /** Called when a run was made. */
  readonly runsMayGoOn: () => void;
  readonly clock: Clock;
}

export function repairOf<S>(options: RepairOptions<S>): Repair {
  const { editor, runs, store, suspects, runsMayGoOn } = options;
  return {
    redrive: (id, actor) => inTurn(suspects, () => redrive(options, id, actor)),
    edit: (change) => inTurn(suspects, () => editLetter(options, editor, change)),
    discard: (act) => discardLetter(options, act),
    restore: (act) => restoreLetter(options, act),
    dryRun: (selection) => dryRun({ ...options, consumer: store.consumer }, selection),
    async startRun(order) {
      const run = await runs.create(order);
      runsMayGoOn();
      crashPoint("redrive-run.after-create");
      return run;
    },
  };
}
