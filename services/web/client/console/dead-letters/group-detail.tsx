import type { DryRunView } from "@app/platform/messaging/ops-repair-views.ts";
import type { DeadLettersView } from "@app/platform/messaging/ops-views.ts";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { useService } from "../ask.ts";
import { useFilters } from "../filters.ts";
import { messageName, plainError, reasonText } from "../message-type.ts";
import { GroupNote } from "./group-note.tsx";
import { type Group, spanText } from "./groups.tsx";
import { LetterDetail } from "./letter-detail.tsx";
import { type RowName, rowText } from "./letter-name.ts";
import { LetterTable } from "./letter-table.tsx";
import { lettersText, RedrivePanel, type Selection } from "./redrive-panel.tsx";

/** The list shows so many at most; a redrive takes them all. */
const listedMax = 100;

/** One cause: what it is, the way to its repair, its letters, and one of them whole. */
export function GroupDetail({
  group,
  shown,
}: {
  readonly group: Group;
  readonly shown: RowName | undefined;
}) {
  const { service, consumer, type, reason, error, oldestAt, newestAt, exampleId } = group;
  const [, setFilters] = useFilters();
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const [dryRun, setDryRun] = useState<DryRunView | undefined>();
  const listed = useService<DeadLettersView>(
    service,
    `dead-letters?state=dead&group=${group.id}&limit=${listedMax}`,
  );
  const letters = listed.value?.deadLetters ?? [];
  const ids = letters.map(({ id }) => id).filter((id) => picked.has(id));
  const letter = shown ?? {
    service,
    id: letters.some(({ id }) => id === exampleId) ? exampleId : (letters[0]?.id ?? exampleId),
  };
  const selection: Selection = {
    service,
    consumer,
    group: group.id,
    exampleId: ids[0] ?? exampleId,
    ...(ids.length > 0
      ? { which: { ids }, count: ids.length }
      : { which: { group: group.id }, count: group.count }),
  };
  const pick = (id: number, on: boolean) => {
    const next = new Set(picked);
    if (on) next.add(id);
    else next.delete(id);
    setPicked(next);
    setDryRun(undefined);
  };

  return (
    <>
      <section className="card" aria-labelledby="group-h">
        <div className="gh">
          <div>
            <h2 id="group-h">
              {messageName(type)} {reasonText(reason)}
            </h2>
            <p className="muted">
              <code>{consumer}</code> says: {plainError(error)}. <br />
              {lettersText(group.count)}, {spanText(oldestAt, newestAt)}.
            </p>
            <GroupNote group={group} />
          </div>
          {ids.length > 0 && (
            <div className="row acts">
              <span className="muted">{lettersText(ids.length)} selected</span>
              <Button onClick={() => setPicked(new Set())}>Take all again</Button>
            </div>
          )}
        </div>
        <RedrivePanel selection={selection} dryRun={dryRun} onDryRun={setDryRun} />
      </section>
      {listed.problem && <ProblemNotice problem={listed.problem} />}
      <div className={group.count > 1 ? "split" : undefined}>
        {group.count > 1 && (
          <LetterTable
            letters={letters}
            total={group.count}
            dryRun={dryRun}
            shownId={letter.id}
            picked={picked}
            onPick={pick}
            onShow={(id) =>
              setFilters(
                { letter: rowText({ service, id }), group: group.id, service },
                { step: true },
              )
            }
          />
        )}
        <LetterDetail key={rowText(letter)} letter={letter} group={group.id} />
      </div>
    </>
  );
}
