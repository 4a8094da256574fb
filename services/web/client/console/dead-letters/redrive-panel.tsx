import type { DryRunView, RedriveRunView } from "@app/platform/messaging/ops-repair-views.ts";
import { useState } from "react";
import { Field } from "../../kit/field.tsx";
import { Icon } from "../../kit/icon.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { count } from "../../lib/format.ts";
import { ActButton } from "../acting.tsx";
import { useFilters } from "../filters.ts";
import type { ServiceName } from "../ops.ts";
import { QbCommand } from "../qb-command.tsx";
import { readRowName, rowText } from "./letter-name.ts";
import { canaryPassed, isOver, type RedriveStep, stepsOf } from "./redrive-steps.ts";
import { RunProgress } from "./run-progress.tsx";
import { type Act, useAct } from "./use-act.ts";
import { useRun } from "./use-run.ts";

/** The letters that are to be run again, all of one consumer. */
export interface Selection {
  readonly service: ServiceName;
  readonly consumer: string;
  /** Their cause, which stays in the address. */
  readonly group: string;
  /** As a run takes it. */
  readonly which: { readonly group: string } | { readonly ids: readonly number[] };
  readonly count: number;
  /** One of them, where the dry run names none that would pass. */
  readonly exampleId: number;
}

const rateDefault = 20;
const rateMax = 1_000;

/** From a dry run over one letter to the rest, with the run's name in the address. */
export function RedrivePanel({
  selection,
  dryRun,
  onDryRun,
}: {
  readonly selection: Selection;
  readonly dryRun: DryRunView | undefined;
  readonly onDryRun: (told: DryRunView) => void;
}) {
  const [{ canary: canaryText, run: runText }, setFilters] = useFilters();
  const [rate, setRate] = useState(String(rateDefault));
  const act = useAct();
  const canaryName = readRowName(canaryText);
  const runName = readRowName(runText);
  const canary = useRun(canaryName).value;
  const rest = useRun(runName).value;
  const { service, consumer, which } = selection;
  const perSecond = Math.min(rateMax, Math.max(1, Math.trunc(Number(rate)) || rateDefault));

  const tryAll = async () => {
    const path = "redrive-runs/dry-run";
    const told = await act.run<DryRunView>(service, path, { consumer, ...which });
    if (told) onDryRun(told);
  };
  const begin = async (name: "canary" | "run", more: object) => {
    const run = await act.run<RedriveRunView>(service, "redrive-runs", {
      consumer,
      perSecond,
      ...more,
    });
    if (run) setFilters({ group: selection.group, [name]: rowText({ service, id: run.id }) });
  };
  const first = dryRun?.letters.find(({ verdict }) => verdict === "would_succeed");
  const sendCanary = () =>
    // A canary that is all there is leaves no rest: it is the run.
    begin(selection.count === 1 ? "run" : "canary", {
      ids: [first?.id ?? selection.exampleId],
      canary: 1,
    });
  const shown = rest && runName ? { name: runName, run: rest } : undefined;
  const over = rest !== undefined && isOver(rest);

  return (
    <div className="redrive">
      <Steps steps={stepsOf({ dryRun, canary, rest, left: selection.count })} />
      {act.problem && (
        <div className="redrive__say">
          <ProblemNotice problem={act.problem} />
        </div>
      )}
      {shown && <RunProgress name={shown.name} run={shown.run} />}
      {canary && canaryName && !shown && canary.failed > 0 && (
        <RunProgress name={canaryName} run={canary} />
      )}
      {(!shown || over) && (
        <div className="redrive__acts row">
          <ActButton
            kind={dryRun ? "plain" : "primary"}
            onClick={tryAll}
            busy={act.busy && !dryRun}
          >
            <Icon name="flask" />
            {dryRun ? "Dry run again" : `Dry run ${lettersText(selection.count)}`}
          </ActButton>
          <NextButton {...{ act, dryRun, canary, over, selection, sendCanary }}>
            <ActButton
              kind="primary"
              busy={act.busy}
              onClick={() => begin("run", which)}
              disabled={!canaryPassed(canary) || selection.count === 0}
            >
              Redrive the other {count(selection.count)}
            </ActButton>
          </NextButton>
          {selection.count > 1 && (
            <span className="redrive__rate">
              <Field
                label="Letters a second"
                inputMode="numeric"
                value={rate}
                onChange={({ target }) => setRate(target.value)}
              />
            </span>
          )}
          <span className="push">
            <QbCommand command={commandOf(selection, perSecond)} />
          </span>
        </div>
      )}
    </div>
  );
}

/** What follows the dry run: the canary first, and the rest once that has passed. */
function NextButton({
  act,
  dryRun,
  canary,
  over,
  selection,
  sendCanary,
  children,
}: {
  readonly act: Act;
  readonly dryRun: DryRunView | undefined;
  readonly canary: RedriveRunView | undefined;
  readonly over: boolean;
  readonly selection: Selection;
  readonly sendCanary: () => Promise<void>;
  readonly children: React.ReactNode;
}) {
  if (!over && canary && (canaryPassed(canary) || !isOver(canary))) return children;
  const nonePasses = dryRun !== undefined && dryRun.wouldSucceed === 0 && dryRun.notTried === 0;
  return (
    <>
      <ActButton
        kind={dryRun && !nonePasses ? "primary" : "plain"}
        onClick={sendCanary}
        busy={act.busy && dryRun !== undefined}
        disabled={dryRun === undefined || nonePasses}
      >
        <Icon name="bird" />
        {selection.count === 1 ? "Redrive it" : "Redrive one, the canary"}
      </ActButton>
      {nonePasses && (
        <span className="muted">
          {selection.count === 1
            ? "It would fail as it stands: mend the cause, or edit what it says below."
            : "Every letter would fail as it stands: mend the cause, or edit them one by one."}
        </span>
      )}
    </>
  );
}

function Steps({ steps }: { readonly steps: readonly RedriveStep[] }) {
  return (
    <ol className="steps" aria-label="Redrive">
      {steps.map(({ name, state, says }) => (
        <li key={name} className={state} aria-current={state === "now" ? "step" : undefined}>
          <span className="timeline__m" aria-hidden="true">
            {state === "done" && <Icon name="check" />}
            {state === "failed" && <Icon name="x" />}
          </span>
          <b>{name}</b>
          <span className="xs muted num">{says}</span>
        </li>
      ))}
    </ol>
  );
}

export const lettersText = (letters: number) =>
  letters === 1 ? "1 letter" : `${count(letters)} letters`;

function commandOf({ service, consumer, which }: Selection, perSecond: number): string {
  const named =
    "group" in which
      ? `--consumer ${consumer} --group ${which.group}`
      : which.ids.map((id) => rowText({ service, id })).join(" ");
  return `qb dlq redrive ${named} --canary 1 --rate ${perSecond} --wait`;
}
